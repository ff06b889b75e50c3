import { randomUUID } from 'node:crypto';
import type { WhenBusy, WhenWaiting } from '@aura/contract';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  callDelta,
  finish,
  says,
  startTestProvider,
  streamOf,
  type TestProvider,
} from '../../ports/provider-testing.ts';
import { expectConverges } from '../../testing/conversations.ts';
import { createTestBackend, type TestBackend } from '../../testing/test-backend.ts';
import { createTestCaller, type TestCaller } from '../../testing/test-caller.ts';
import { createWorkshop, refusalOf, seen, untilAskedOnce } from '../hitl/hitl-testing.ts';
import { ask, type Asked, outcomeOf } from './agent-testing.ts';
import { calls, held, promptOf } from './scripted-testing.ts';

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
    expect(promptOf(provider, 1)).toEqual([
      ['user', 'one'],
      ['assistant', 'first'],
      ['user', 'two'],
    ]);
    expect(promptOf(provider, 2).slice(-3)).toEqual([
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
    // Those in the middle are stopped out of turn; the others keep theirs.
    const [second, ...others] = queued;
    const last = others.pop();
    if (second === undefined || last === undefined) throw new Error('nothing was queued');
    for (const { runId } of others) await user.call.agent.stop({ runId });
    await user.call.agent.stop(one);
    for (const asked of [second, last]) {
      expect((await outcomeOf(user, asked)).run.status).toBe('completed');
    }
    const asked = provider.requests.map((_, index) => promptOf(provider, index).at(-1)?.[1]);
    expect(asked).toEqual(['one', 'queued 0', 'queued 19']);
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
    expect(promptOf(provider, 1)).toEqual([
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
    expect(promptOf(provider, 1)).toEqual([
      ['user', 'one'],
      ['assistant', 'let me look'],
      ['tool', '{"to":"it","did":"look"}'],
      ['user', 'and quickly'],
      ['user', 'please'],
    ]);
    provider.script(says('later'));
    await outcomeOf(user, await ask(user, 'next', { conversationId }));
    expect(promptOf(provider, 0).map(([role]) => role)).toEqual([
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
    expect(promptOf(provider, 1)).toEqual([
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
    expect(promptOf(provider, 2)).toEqual([
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
    expect(promptOf(provider, 1)).toEqual([
      ['user', 'one'],
      ['assistant', ''],
      ['tool', '{"error":"Not executed: the run was stopped."}'],
      ['user', 'two'],
    ]);
  });
});
