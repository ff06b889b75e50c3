import { expect } from 'vitest';
import { z } from 'zod';
import {
  callDelta,
  delta,
  finish,
  type Reply,
  streamOf,
  type TestProvider,
} from '../../ports/provider-testing.ts';

/** An answer that asks for one call. */
export const calls = (id: string, name: string): Reply =>
  streamOf(callDelta({ index: 0, id, name, args: '{"to":"ann"}' }), finish('tool_calls'));

/** Says `first`, and the rest only when it is told to. */
export function held(first: string, ...rest: object[]): { reply: Reply; release: () => void } {
  let release = (): void => {};
  const reply: Reply = (res) => {
    res.writeHead(200, { 'content-type': 'text/event-stream' });
    res.write(`data: ${JSON.stringify(delta({ content: first }))}\n\n`);
    release = () => {
      for (const chunk of rest) res.write(`data: ${JSON.stringify(chunk)}\n\n`);
      res.end('data: [DONE]\n\n');
    };
  };
  return { reply, release: () => release() };
}

const messageSchema = z.object({
  role: z.string(),
  content: z.string().nullish(),
  tool_calls: z.array(z.object({ id: z.string() })).optional(),
  tool_call_id: z.string().optional(),
});

/** What the model was told the `index`-th time, without the instructions; fails where a provider would refuse it. */
export function promptOf({ requests }: TestProvider, index: number): [string, string][] {
  const [system, ...messages] = z.array(messageSchema).parse(requests.at(index)?.messages);
  expect(system?.role).toBe('system');
  const open: string[] = [];
  for (const { role, tool_calls: made = [], tool_call_id: answered } of messages) {
    if (role === 'tool') expect(open.shift()).toBe(answered);
    else expect(open).toEqual([]);
    open.push(...made.map(({ id }) => id));
  }
  expect(open).toEqual([]);
  return messages.map(({ role, content }) => [role, content ?? '']);
}
