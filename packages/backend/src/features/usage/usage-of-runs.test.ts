import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createTestBackend, type TestBackend } from '../../testing/test-backend.ts';
import { createTestCaller, type TestCaller } from '../../testing/test-caller.ts';
import { ask, createTestClock, outcomeOf } from '../agent/agent-testing.ts';

const RATES = { 'aura-offline': { inputMicros: 2_000_000, outputMicros: 8_000_000 } };
const BUDGETS = { userTokens: 4_000 };

let test: TestBackend;
let user: TestCaller;
beforeAll(async () => {
  test = await createTestBackend({
    config: { rates: RATES, budgets: BUDGETS },
    overrides: { clock: createTestClock() },
  });
});
afterAll(async () => await test[Symbol.asyncDispose]());
beforeEach(async () => {
  user = await createTestCaller(test.backend);
});

const cost = ({ inputTokens, outputTokens }: { inputTokens: number; outputTokens: number }): number =>
  2 * inputTokens + 8 * outputTokens;

describe('the usage of a run', () => {
  it('is what the model said it took, at the rates of the deployment: per attempt, message, run and conversation', async () => {
    const asked = await ask(user, '#say Let me look.\n#tool clock_now {}\n#say Done.');
    const { run, state } = await outcomeOf(user, asked);
    const { attempts, totals } = await user.call.usage.run(asked);
    expect(attempts.map(({ step, attempt, isSettled }) => [step, attempt, isSettled])).toEqual([
      [1, 1, true],
      [3, 1, true],
    ]);
    for (const attempt of attempts) expect(attempt.costMicros).toBe(cost(attempt));
    expect(totals).toMatchObject({ ...run.usage, costMicros: cost(totals), isSettled: true });
    expect(totals.outputTokens).toBeGreaterThan(0);

    const { conversationId } = asked;
    const { groups } = await user.call.usage.mine({ groupBy: 'message', conversationId });
    const answers = state.messages.filter(({ role }) => role === 'assistant');
    expect(answers.length).toBeGreaterThan(0);
    for (const { id, usage } of answers) {
      if (usage === null) throw new Error('an answer without its usage');
      expect(groups.find(({ key }) => key === id)).toMatchObject({ ...usage, costMicros: cost(usage) });
    }
    const whole = await user.call.usage.mine({ groupBy: 'conversation', conversationId });
    expect(whole.groups).toEqual([{ key: conversationId, ...totals }]);
  });

  it('has lost attempts with their prompt as estimated and of the answer what had been said', async () => {
    const asked = await ask(user, '#repeat 40 word\n#fail cut 1\n#say end');
    const { run, events } = await outcomeOf(user, asked);
    expect(run.status).toBe('completed');
    const { attempts, totals } = await user.call.usage.run(asked);
    expect(attempts).toHaveLength(2);
    const [lost, won] = attempts;
    if (lost === undefined || won === undefined) throw new Error('two attempts were expected');
    expect(lost).toMatchObject({ attempt: 1, isSettled: true, costMicros: cost(lost) });
    expect(lost.inputTokens).toBeGreaterThan(0);
    const said = events.flatMap((event) =>
      event.type === 'content_delta' && event.data.attempt === 1 ? [event.data.delta] : [],
    );
    expect(lost.outputTokens).toBe(Math.ceil(said.join('').length / 4));
    expect(lost.outputTokens).toBeGreaterThan(0);
    expect(won).toMatchObject({ attempt: 2, isSettled: true, messageId: lost.messageId });
    expect(totals.costMicros).toBe(lost.costMicros + won.costMicros);
    expect(totals.isSettled).toBe(true);
  });

  it('of a stopped run has what had been said until then, settled', async () => {
    const asked = await ask(user, '#delay 20\n#repeat 500 tick');
    await expect
      .poll(async () => JSON.stringify((await user.call.agent.get(asked)).state.items))
      .toContain('tick 3');
    expect((await user.call.usage.run(asked)).totals).toMatchObject({
      isSettled: false,
      outputTokens: 1_000,
    });
    await user.call.agent.stop(asked);
    const { state } = await outcomeOf(user, asked);
    const [text = ''] = state.messages.flatMap((message) =>
      message.role === 'assistant' ? [message.text] : [],
    );
    expect((await user.call.usage.run(asked)).totals).toMatchObject({
      attempts: 1,
      isSettled: true,
      outputTokens: Math.ceil(text.length / 4),
    });
  });

  it('ends it with the reason when the day’s budget has no room for the next call, and nobody else’s', async () => {
    const big = await ask(user, '#repeat 4000 word');
    await outcomeOf(user, big);
    expect((await user.call.usage.budget()).user.tokens.left).toBe(0);
    const refused = await outcomeOf(user, await ask(user, '#say more'));
    expect(refused.run).toMatchObject({
      status: 'failed',
      error: { message: 'The budget you have for today is used up. An administrator can raise it.' },
    });
    const other = await createTestCaller(test.backend);
    expect((await outcomeOf(other, await ask(other, '#say more'))).run.status).toBe('completed');
  });
});
