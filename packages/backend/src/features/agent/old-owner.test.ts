import { sql } from 'kysely';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { withTransaction } from '../../db/transaction.ts';
import { createTestBackend, type TestBackend } from '../../testing/test-backend.ts';
import { createTestCaller, type TestCaller } from '../../testing/test-caller.ts';
import { reserveUsage } from '../usage/reserve-usage.ts';
import { runUnderWay } from '../usage/usage-testing.ts';
import { readRunPast } from './read-run-past.ts';
import { DEFAULT_BUDGETS } from './run-budget.ts';

let test: TestBackend;
let user: TestCaller;
beforeAll(async () => {
  test = await createTestBackend({ isStarted: false });
  user = await createTestCaller(test.backend);
});
afterAll(async () => await test[Symbol.asyncDispose]());

it('an owner that wakes up after its run was taken over does not settle what the next one has set aside', async () => {
  const attempt = await runUnderWay(user);
  const { db } = test.backend.database;
  const runOf = async () =>
    await db.selectFrom('runs').selectAll().where('id', '=', attempt.runId).executeTakeFirstOrThrow();
  const isSettled = async (): Promise<boolean> =>
    (
      await db
        .selectFrom('usageEntries')
        .select('isSettled')
        .where('runId', '=', attempt.runId)
        .executeTakeFirstOrThrow()
    ).isSettled;
  const stale = await runOf();
  await db.updateTable('runs').set({ fence: 2 }).where('id', '=', attempt.runId).execute();
  const options = { promptChars: 400, budgets: DEFAULT_BUDGETS, rate: undefined };
  await withTransaction(user.ctx, async (tx) => await reserveUsage(tx, { ...attempt, fence: 2 }, options));
  await readRunPast(test.backend, stale);
  expect(await isSettled()).toBe(false);
  await readRunPast(test.backend, await runOf());
  expect(await isSettled()).toBe(true);
});

it('a run whose owner died weeks ago can be stopped', async () => {
  const { runId } = await runUnderWay(user);
  await test.backend.database.db
    .updateTable('runs')
    .set({ claimedAt: sql<Date>`clock_timestamp() - interval '40 days'` })
    .where('id', '=', runId)
    .execute();
  expect((await user.call.agent.stop({ runId })).status).toBe('cancelled');
});
