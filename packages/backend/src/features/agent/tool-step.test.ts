import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import {
  callDelta,
  finish,
  type Reply,
  says,
  startTestProvider,
  streamOf,
  type TestProvider,
} from '../../ports/provider-testing.ts';
import { createTestBackend, type TestBackend } from '../../testing/test-backend.ts';
import { createTestCaller, type TestCaller } from '../../testing/test-caller.ts';
import { ask, outcomeOf } from './agent-testing.ts';
import { builtInTools } from './built-in-tools.ts';
import { defineTool, type Tool } from './tool.ts';
import { createToolRegistry } from './tool-registry.ts';

const ran: string[] = [];
const keys: string[] = [];
const tool = (name: string, run: Tool['run'], timeoutMs?: number): Tool => ({
  ...defineTool({
    name,
    description: name,
    risk: 'read',
    repeat: 'keyed',
    input: z.object({ word: z.string().optional() }),
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
    run: async (ctx, args) => {
      ran.push(name);
      keys.push(ctx.key);
      return await run(ctx, args);
    },
  }),
});
const tools = createToolRegistry([
  ...builtInTools,
  tool('echo', (_, args) => Promise.resolve({ result: z.json().parse(args) })),
  tool('throwing', () => Promise.reject(new Error('the tool is out of order'))),
  tool('deaf', async () => await new Promise<never>(() => {}), 50),
  tool('huge', () => Promise.resolve({ result: '😀'.repeat(100_000) })),
  tool('silent', () => Promise.resolve({ result: JSON.parse('{"a":{}}').b })),
]);

let provider: TestProvider;
let test: TestBackend;
let user: TestCaller;
beforeAll(async () => {
  provider = await startTestProvider(streamOf(finish('stop')));
  const models: [string] = ['some-model'];
  const model = { baseUrl: provider.url, apiKey: 'none', models };
  test = await createTestBackend({ overrides: { tools }, config: { model } });
  user = await createTestCaller(test.backend);
});
afterAll(async () => {
  await test[Symbol.asyncDispose]();
  await provider[Symbol.asyncDispose]();
});

const calls = (...wanted: { id?: string; name: string; args?: string }[]): Reply =>
  streamOf(
    ...wanted.map(({ id = 'c1', name, args = '{}' }, index) => callDelta({ index, id, name, args })),
    finish('tool_calls'),
  );

/** What a run that makes these calls shows of them, and what the model was told. */
async function runOf(
  ...wanted: Parameters<typeof calls>
): Promise<{ shown: unknown[]; told: string[] } & Awaited<ReturnType<typeof outcomeOf>>> {
  provider.script(calls(...wanted), says('so be it'));
  ran.length = 0;
  const outcome = await outcomeOf(user, await ask(user, 'go'));
  expect(outcome.run.status).toBe('completed');
  expect(outcome.state.messages.at(-1)?.text).toBe('so be it');
  const messages = z.array(z.record(z.string(), z.unknown())).parse(provider.requests.at(-1)?.messages);
  const told = messages.filter(({ role }) => role === 'tool').map(({ content }) => String(content));
  return { ...outcome, told, shown: outcome.run.items.filter((item) => item.kind === 'tool') };
}

describe('a tool call', () => {
  it.each([
    [{ name: 'no_such_tool' }, /There is no tool no_such_tool\. Use one of: .*clock_now/],
    [{ name: 'echo', args: '{"word": ' }, /The arguments are not valid JSON/],
    [{ name: 'echo', args: '{"word": 7}' }, /The arguments do not fit: .*word/s],
    [{ name: 'echo', args: 'null' }, /The arguments/],
    [{ name: 'throwing' }, /out of order/],
    [{ name: 'deaf' }, /took longer than 0\.05 s/],
    [{ name: 'clock_now', args: '{"timeZone":"Mars/Olympus"}' }, /Mars\/Olympus/],
  ])('that fails is told to the model, and the run goes on (%j)', async (call, reason) => {
    const { shown, told } = await runOf(call);
    expect(shown).toMatchObject([{ toolCallId: 'c1', toolName: call.name, status: 'failed' }]);
    expect(shown).toMatchObject([{ error: expect.stringMatching(reason) }]);
    expect(told).toEqual([expect.stringMatching(/^\{"error":/)]);
  });

  it('with empty arguments has none', async () => {
    const { shown } = await runOf({ name: 'echo', args: '' });
    expect(shown).toMatchObject([{ status: 'succeeded', args: {}, result: {} }]);
  });

  it('shows how it began and how it ended', async () => {
    const { events } = await runOf({ name: 'echo', args: '{"word":"a"}' });
    expect(events.flatMap((event) => (event.type === 'tool_execution' ? [event.data] : []))).toMatchObject([
      { status: 'started', args: { word: 'a' } },
      { status: 'succeeded', args: { word: 'a' }, result: { word: 'a' }, durationMs: expect.any(Number) },
    ]);
  });

  it('has its result cut when it is huge, and taken for nothing when there is none', async () => {
    const { told } = await runOf({ name: 'huge' });
    expect(told[0]?.length).toBeLessThan(70_000);
    expect(JSON.parse(told[0] ?? '')).toMatchObject({ truncated: true });
    expect((await runOf({ name: 'silent' })).told).toEqual(['null']);
  });

  it('is one of several that all run in order and are all answered', async () => {
    const { shown, told } = await runOf(
      { id: 'a', name: 'echo', args: '{"word":"1"}' },
      { id: 'b', name: 'throwing' },
      { id: 'c', name: 'echo', args: '{"word":"3"}' },
    );
    expect(ran).toEqual(['echo', 'throwing', 'echo']);
    expect(shown).toMatchObject([{ status: 'succeeded' }, { status: 'failed' }, { status: 'succeeded' }]);
    expect(told).toEqual(['{"word":"1"}', expect.stringContaining('out of order'), '{"word":"3"}']);
  });

  it.each(['', 'call_0'])(
    'keeps its own identity when a provider uses the id %j for every call',
    async (id) => {
      provider.script(
        calls({ id, name: 'echo', args: '{"word":"1"}' }, { id, name: 'echo', args: '{"word":"2"}' }),
        calls({ id, name: 'echo', args: '{"word":"3"}' }),
        says('so be it'),
      );
      keys.length = 0;
      const { run } = await outcomeOf(user, await ask(user, 'go'));
      const results = run.items.flatMap((item) => (item.kind === 'tool' ? [item.result] : []));
      expect(results).toEqual([{ word: '1' }, { word: '2' }, { word: '3' }]);
      expect(new Set(keys).size).toBe(3);
      const messages = z.array(z.record(z.string(), z.unknown())).parse(provider.requests.at(-1)?.messages);
      const told = messages.filter(({ role }) => role === 'tool');
      expect(told.map(({ content }) => content)).toEqual(['{"word":"1"}', '{"word":"2"}', '{"word":"3"}']);
      expect(new Set(told.map((answer) => answer.tool_call_id)).size).toBe(3);
    },
  );

  it('that is made again and again with the same result ends with its run at the third time', async () => {
    provider.script(calls({ name: 'echo' }));
    ran.length = 0;
    const { run } = await outcomeOf(user, await ask(user, 'go'));
    expect(run).toMatchObject({ status: 'failed', error: { code: 'loop_detected' } });
    expect(ran.length).toBe(3);
  });

  it('after call ends with its run when the model never stops calling', async () => {
    const [first = says('none'), ...each] = Array.from({ length: 60 }, (_, index) =>
      calls({ name: 'echo', args: `{"word":"${index}"}` }),
    );
    provider.script(first, ...each);
    ran.length = 0;
    const { run } = await outcomeOf(user, await ask(user, 'go'));
    expect(run).toMatchObject({ status: 'failed', error: { code: 'budget_exceeded' } });
    expect(provider.requests.length).toBe(25);
    expect(ran.length).toBe(25);
  });

  it('among a hundred at once stops at the budget too, and what comes next is told so', async () => {
    const many = Array.from({ length: 100 }, (_, index) => ({ id: `c${index}`, name: 'echo' }));
    provider.script(calls(...many), says('go on'));
    ran.length = 0;
    const asked = await ask(user, 'go');
    const { run } = await outcomeOf(user, asked);
    expect(run).toMatchObject({ status: 'failed', error: { code: 'budget_exceeded' } });
    expect(ran.length).toBe(49);
    await outcomeOf(user, await ask(user, 'again', asked));
    const messages = z.array(z.record(z.string(), z.unknown())).parse(provider.requests.at(-1)?.messages);
    expect(messages.filter(({ role }) => role === 'tool')).toHaveLength(100);
  });
});
