import { randomUUID } from 'node:crypto';
import type { WhenBusy, WhenWaiting } from '@aura/contract';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import {
  callDelta,
  delta,
  finish,
  type Reply,
  startTestProvider,
  streamOf,
  type TestProvider,
} from '../../ports/provider-testing.ts';
import { expectConverges } from '../../testing/conversations.ts';
import { createTestBackend, type TestBackend } from '../../testing/test-backend.ts';
import { createTestCaller, type TestCaller } from '../../testing/test-caller.ts';
import { createWorkshop, refusalOf, seen, untilAskedOnce } from '../hitl/hitl-testing.ts';
import { ask, type Asked, outcomeOf } from './agent-testing.ts';

const workshop = createWorkshop();
const { effects } = workshop;
let provider: TestProvider;
let test: TestBackend;
let user: TestCaller;
beforeAll(async () => {
  provider = await startTestProvider(streamOf(finish('stop')));
  const model = { baseUrl: provider.url, apiKey: 'none', models: ['a-model'] as [string] };
  test = await createTestBackend({ overrides: { tools: workshop.tools }, config: { model } });
  user = await createTestCaller(test.backend);
});
afterAll(async () => {
  await test[Symbol.asyncDispose]();
  await provider[Symbol.asyncDispose]();
});
beforeEach(() => void effects.splice(0));

const says = (content: string): Reply => streamOf(delta({ content }), finish('stop'));
const calls = (id: string, name: string): Reply =>
  streamOf(callDelta({ index: 0, id, name, args: '{"to":"ann"}' }), finish('tool_calls'));

/** Says `first`, and the rest only when it is told to. */
function held(first: string, ...rest: object[]): { reply: Reply; release: () => void } {
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
function promptOf(index: number): [string, string][] {
  const [system, ...messages] = z.array(messageSchema).parse(provider.requests.at(index)?.messages);
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

const conversationWith = async (rules: {
  whenBusy?: WhenBusy;
  whenWaiting?: WhenWaiting;
}): Promise<string> => {
  const { conversation } = await user.call.conversation.create({ clientId: randomUUID(), ...rules });
  return conversation.id;
};
const untilSaid = async ({ runId }: Asked, text: string): Promise<void> =>
  await expect
    .poll(async () => JSON.stringify((await user.call.agent.get({ runId })).state.items), { interval: 10 })
    .toContain(text);
const statusOf = async ({ runId }: Asked): Promise<string> =>
  (await user.call.agent.get({ runId })).state.status;

describe('a message that comes while the agent works', () => {
  it('is refused by a conversation that says nothing else, and nothing of it is kept', async () => {
    const answer = held('thinking', finish('stop'));
    provider.script(answer.reply);
    const asked = await ask(user, 'one');
    await untilSaid(asked, 'thinking');
    expect((await refusalOf(ask(user, 'two', asked))).code).toBe('RUN_ACTIVE');
    answer.release();
    const { state } = await outcomeOf(user, asked);
    expect(state.messages.map(({ text }) => text)).toEqual(['one', 'thinking']);
  });

  it('waits for its turn when the rule is to enqueue: one after the other, in the order they came', async () => {
    const conversationId = await conversationWith({ whenBusy: 'enqueue' });
    const answer = held('first', finish('stop'));
    provider.script(answer.reply, says('second'), says('third'));
    await expectConverges(user, conversationId, async () => {
      const one = await ask(user, 'one', { conversationId });
      await untilSaid(one, 'first');
      const two = await ask(user, 'two', { conversationId });
      const three = await ask(user, 'three', { conversationId });
      expect([await statusOf(two), await statusOf(three)]).toEqual(['queued', 'queued']);
      expect(provider.requests).toHaveLength(1);
      answer.release();
      const { events, state } = await outcomeOf(user, three);
      expect(events.at(-1)).toMatchObject({ type: 'done', data: { status: 'completed' } });
      expect(state.conversation.activeRunId).toBeNull();
    });
    expect(promptOf(1)).toEqual([
      ['user', 'one'],
      ['assistant', 'first'],
      ['user', 'two'],
    ]);
    expect(promptOf(2).slice(-3)).toEqual([
      ['user', 'two'],
      ['assistant', 'second'],
      ['user', 'three'],
    ]);
  });

  it('may be the twentieth in the queue, not the twenty-first; stopping the first starts the next', async () => {
    const conversationId = await conversationWith({ whenBusy: 'enqueue' });
    const answer = held('first', finish('stop'));
    provider.script(answer.reply, says('next'));
    const one = await ask(user, 'one', { conversationId });
    await untilSaid(one, 'first');
    const queued: Asked[] = [];
    for (let index = 0; index < 20; index++) {
      queued.push(await ask(user, `queued ${index}`, { conversationId }));
    }
    expect((await refusalOf(ask(user, 'too many', { conversationId }))).code).toBe('RUN_ACTIVE');
    await user.call.agent.stop(one);
    await Promise.all(
      queued.map(async (asked) => expect((await outcomeOf(user, asked)).run.status).toBe('completed')),
    );
    const asked = provider.requests.map((_, index) => promptOf(index).at(-1)?.[1]);
    expect(asked).toEqual(['one', ...queued.map((_, index) => `queued ${index}`)]);
  });

  it('stops what is under way when the rule is to interrupt, keeps what was said, and is answered at once', async () => {
    const conversationId = await conversationWith({ whenBusy: 'interrupt' });
    const answer = held('half an answ');
    provider.script(answer.reply, says('a new one'));
    await expectConverges(user, conversationId, async () => {
      const one = await ask(user, 'one', { conversationId });
      await untilSaid(one, 'half an answ');
      const two = await ask(user, 'two', { conversationId });
      expect((await outcomeOf(user, one)).run.status).toBe('cancelled');
      const { state } = await outcomeOf(user, two);
      expect(state.messages.map(({ text, isComplete }) => [text, isComplete])).toEqual([
        ['one', true],
        ['half an answ', false],
        ['two', true],
        ['a new one', true],
      ]);
    });
    expect(promptOf(1)).toEqual([
      ['user', 'one'],
      ['assistant', 'half an answ [stopped here]'],
      ['user', 'two'],
    ]);
  });

  it('is read before the next step when the rule is to steer', async () => {
    const conversationId = await conversationWith({ whenBusy: 'steer' });
    const call = { index: 0, id: 'c1', name: 'look', args: '{"to":"it"}' };
    const answer = held('let me look', callDelta(call), finish('tool_calls'));
    provider.script(answer.reply, says('so be it'));
    await expectConverges(user, conversationId, async () => {
      const one = await ask(user, 'one', { conversationId });
      await untilSaid(one, 'let me look');
      const two = await ask(user, 'and quickly', { conversationId });
      const three = await ask(user, 'please', { conversationId });
      expect([two.runId, three.runId]).toEqual([one.runId, one.runId]);
      answer.release();
      expect((await outcomeOf(user, one)).run.status).toBe('completed');
    });
    expect(provider.requests).toHaveLength(2);
    expect(promptOf(1)).toEqual([
      ['user', 'one'],
      ['assistant', 'let me look'],
      ['tool', '{"to":"it","did":"look"}'],
      ['user', 'and quickly'],
      ['user', 'please'],
    ]);
    provider.script(says('later'));
    await outcomeOf(user, await ask(user, 'next', { conversationId }));
    expect(promptOf(0).map(([role]) => role)).toEqual([
      'user',
      'assistant',
      'tool',
      'user',
      'user',
      'assistant',
      'user',
    ]);
  });

  it('is read even when it comes during the last answer: the run goes on instead of ending', async () => {
    const conversationId = await conversationWith({ whenBusy: 'steer' });
    const answer = held('that is all', finish('stop'));
    provider.script(answer.reply, says('and this'));
    const one = await ask(user, 'one', { conversationId });
    await untilSaid(one, 'that is all');
    await ask(user, 'also', { conversationId });
    answer.release();
    const { state, run } = await outcomeOf(user, one);
    expect(run.status).toBe('completed');
    expect(state.messages.map(({ text }) => text)).toEqual(['one', 'also', 'that is all', 'and this']);
    expect(promptOf(1)).toEqual([
      ['user', 'one'],
      ['assistant', 'that is all'],
      ['user', 'also'],
    ]);
  });
});

describe('a message that comes while a person is asked', () => {
  const waits = async (rules: {
    whenWaiting?: WhenWaiting;
  }): Promise<{ asked: Asked; conversationId: string }> => {
    const conversationId = await conversationWith(rules);
    provider.script(calls('c1', 'send'), says('done'), says('and that'));
    return { conversationId, asked: await ask(user, 'one', { conversationId }) };
  };

  it('is refused by a conversation that says nothing else', async () => {
    const { asked, conversationId } = await waits({});
    const approval = await untilAskedOnce(user, asked);
    expect((await refusalOf(ask(user, 'two', { conversationId }))).code).toBe('APPROVAL_PENDING');
    await user.call.hitl.reject(seen(approval));
    await outcomeOf(user, asked);
  });

  it('waits for the decision when the rule is to enqueue', async () => {
    const { asked, conversationId } = await waits({ whenWaiting: 'enqueue' });
    const approval = await untilAskedOnce(user, asked);
    const two = await ask(user, 'two', { conversationId });
    expect(await statusOf(two)).toBe('queued');
    await user.call.hitl.approve(seen(approval));
    expect((await outcomeOf(user, two)).run.status).toBe('completed');
    expect(effects).toHaveLength(1);
    expect(promptOf(2)).toEqual([
      ['user', 'one'],
      ['assistant', ''],
      ['tool', '{"to":"ann","did":"send"}'],
      ['assistant', 'done'],
      ['user', 'two'],
    ]);
  });

  it('rejects what was asked when the rule is to interrupt: it is never executed, and the history stays valid', async () => {
    const { asked, conversationId } = await waits({ whenWaiting: 'interrupt' });
    const approval = await untilAskedOnce(user, asked);
    await expectConverges(user, conversationId, async () => {
      const two = await ask(user, 'two', { conversationId });
      expect((await outcomeOf(user, two)).run.status).toBe('completed');
    });
    expect((await outcomeOf(user, asked)).run.status).toBe('cancelled');
    expect(await user.call.hitl.get({ approvalId: approval.id })).toMatchObject({
      status: 'rejected',
      reason: 'superseded',
      decidedBy: user.ctx.caller.userId,
    });
    expect((await refusalOf(user.call.hitl.approve(seen(approval)))).code).toBe('APPROVAL_DECIDED');
    expect(effects).toEqual([]);
    expect(promptOf(1)).toEqual([
      ['user', 'one'],
      ['assistant', ''],
      ['tool', '{"error":"Not executed: the run was stopped."}'],
      ['user', 'two'],
    ]);
  });
});
