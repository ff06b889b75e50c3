import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Budgets } from '../../config.ts';
import { withTransaction } from '../../db/transaction.ts';
import { createTestBackend, type TestBackend } from '../../testing/test-backend.ts';
import { createTestCaller, createTestTenant, type TestCaller } from '../../testing/test-caller.ts';
import { DEFAULT_BUDGETS } from '../agent/run-budget.ts';
import type { Attempt } from './reservation-store.ts';
import { type Reservation, reserveUsage } from './reserve-usage.ts';
import { settleUsage } from './settle-usage.ts';
import { runUnderWay, spend, startOfToday } from './usage-testing.ts';

const limits = { userTokens: 5_000, tenantTokens: 12_000, tenantCostMicros: 30 };
/** In millionths per million tokens: a thousand tokens of answer cost 2, a prompt of 100 tokens 1. */
const RATE = { inputMicros: 10_000, outputMicros: 2_000 };

let test: TestBackend;
beforeAll(async () => {
  test = await createTestBackend({ isStarted: false, config: { budgets: limits } });
});
afterAll(async () => await test[Symbol.asyncDispose]());

async function usersOfOneTenant(count: number): Promise<TestCaller[]> {
  const tenantId = await createTestTenant(test.backend);
  const callers = Array.from(
    { length: count },
    async () => await createTestCaller(test.backend, { tenantId }),
  );
  return await Promise.all(callers);
}

/** 100 tokens of prompt and 1,000 of answer: 1,100 tokens and 3 millionths. */
async function reserve(
  { ctx }: TestCaller,
  attempt: Attempt,
  budgets: Partial<Budgets> = limits,
): Promise<Reservation> {
  return await withTransaction(
    ctx,
    async (tx) =>
      await reserveUsage(tx, attempt, {
        promptChars: 400,
        budgets: { ...DEFAULT_BUDGETS, ...budgets },
        rate: RATE,
      }),
  );
}

const nth = (attempt: Attempt, step: number): Attempt => ({ ...attempt, step });

describe('a budget', () => {
  it('without limits is told as what was spent, with nothing that could be left', async () => {
    await using unlimited = await createTestBackend({ isStarted: false });
    const user = await createTestCaller(unlimited.backend);
    await reserve(user, await runUnderWay(user), {});
    const budget = await user.call.usage.budget();
    const tokens = { spent: 1_100, limit: null, left: null };
    const costMicros = { spent: 3, limit: null, left: null };
    expect(budget).toMatchObject({ user: { tokens, costMicros }, tenant: { tokens, costMicros } });
  });

  it('counts what users of the tenant have spent and set aside, each their own and all together', async () => {
    const [mine, other] = await usersOfOneTenant(2);
    if (mine === undefined || other === undefined) throw new Error('two users were asked for');
    await reserve(mine, await runUnderWay(mine));
    const run = await runUnderWay(other);
    await reserve(other, run);
    await withTransaction(other.ctx, async (tx) => {
      await settleUsage(tx, run, { usage: { inputTokens: 100, outputTokens: 50 }, rate: RATE });
    });
    expect(await mine.call.usage.budget()).toMatchObject({
      user: { tokens: { spent: 1_100, limit: 5_000, left: 3_900 } },
      tenant: {
        tokens: { spent: 1_250, limit: 12_000, left: 10_750 },
        costMicros: { spent: 5, limit: 30, left: 25 },
      },
    });
  });

  it('starts anew at midnight UTC', async () => {
    const [user] = await usersOfOneTenant(1);
    if (user === undefined) throw new Error('a user was asked for');
    const midnight = await startOfToday(user);
    const justBefore = new Date(midnight.getTime() - 1);
    await spend(user, [
      { at: justBefore, inputTokens: 4_999 },
      { at: midnight, inputTokens: 7 },
    ]);
    const budget = await user.call.usage.budget();
    expect(budget).toMatchObject({
      day: midnight.toISOString().slice(0, 10),
      resetsAt: new Date(midnight.getTime() + 86_400_000).toISOString(),
      user: { tokens: { spent: 7 } },
    });
    expect(await reserve(user, await runUnderWay(user))).toEqual({ kind: 'reserved' });
  });

  it('that an answer has passed leaves nothing, not less than nothing', async () => {
    const [user] = await usersOfOneTenant(1);
    if (user === undefined) throw new Error('a user was asked for');
    await spend(user, [{ at: new Date(), inputTokens: 1, outputTokens: 9_000 }]);
    const { tokens } = (await user.call.usage.budget()).user;
    expect(tokens).toEqual({ spent: 9_001, limit: 5_000, left: 0 });
    expect(await reserve(user, await runUnderWay(user))).toMatchObject({ kind: 'exceeded' });
  });

  it('of one user is not another’s: who has spent theirs is refused, others are not', async () => {
    const [spender, saver] = await usersOfOneTenant(2);
    if (spender === undefined || saver === undefined) throw new Error('two users were asked for');
    const run = await runUnderWay(spender);
    for (let step = 1; step <= 4; step++) {
      expect(await reserve(spender, nth(run, step))).toEqual({ kind: 'reserved' });
    }
    const refused = await reserve(spender, nth(run, 5));
    expect(refused).toEqual({
      kind: 'exceeded',
      reason: 'The budget you have for today is used up. An administrator can raise it.',
    });
    expect(await reserve(saver, await runUnderWay(saver))).toEqual({ kind: 'reserved' });
    expect((await spender.call.usage.run({ runId: run.runId })).totals.attempts).toBe(4);
  });

  it('of a tenant is never passed by users who set money aside at the same moment', async () => {
    const callers = await usersOfOneTenant(8);
    const runs = await Promise.all(
      callers.map(async (caller) => ({ caller, run: await runUnderWay(caller) })),
    );
    const budgets = { tenantCostMicros: 30 };
    const outcomes = await Promise.all(
      runs.flatMap(({ caller, run }) =>
        [1, 2, 3, 4].map(async (step) => await reserve(caller, nth(run, step), budgets)),
      ),
    );
    expect(outcomes.filter(({ kind }) => kind === 'reserved')).toHaveLength(10);
    const refused = outcomes.filter(({ kind }) => kind === 'exceeded');
    expect(refused).toHaveLength(22);
    expect(refused[0]).toMatchObject({ reason: expect.stringContaining('your workspace for today') });
    const [first] = callers;
    const { tenant } = (await first?.call.usage.budget()) ?? {};
    expect(tenant?.costMicros).toEqual({ spent: 30, limit: 30, left: 0 });
  });
});
