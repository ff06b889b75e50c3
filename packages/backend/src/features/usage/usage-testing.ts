import { withTransaction } from '../../db/transaction.ts';
import type { TestCaller } from '../../testing/test-caller.ts';
import { ask } from '../agent/agent-testing.ts';
import type { Attempt } from './reservation-store.ts';
import { findToday } from './usage-store.ts';

/** A run under way without anybody executing it, as its first attempt; the backend must not have been started. */
export async function runUnderWay(caller: TestCaller): Promise<Attempt> {
  const { conversationId, messageId, runId } = await ask(caller, 'hello');
  const { tenantId, userId } = caller.ctx.caller;
  await withTransaction(caller.ctx, async ({ db }) => {
    await db.updateTable('runs').set({ status: 'running', fence: 1 }).where('id', '=', runId).execute();
  });
  const place = { runId, tenantId, userId, conversationId, messageId };
  return { ...place, fence: 1, step: 1, attempt: 1, model: 'aura-offline' };
}

/** Attempts that have been settled: the first one of a new run each. Tokens out default to none. */
export async function spend(
  caller: TestCaller,
  attempts: readonly {
    at: Date;
    inputTokens: number;
    outputTokens?: number;
    costMicros?: number;
    model?: string;
  }[],
): Promise<Attempt[]> {
  const made: Attempt[] = [];
  for (const { at, inputTokens, outputTokens = 0, costMicros = 0, model = 'aura-offline' } of attempts) {
    const run = await runUnderWay(caller);
    const { fence: _, ...place } = run;
    const row = { ...place, model, inputTokens, outputTokens, costMicros, isSettled: true, createdAt: at };
    await withTransaction(caller.ctx, async ({ db }) => {
      await db.insertInto('usageEntries').values(row).execute();
    });
    made.push({ ...run, model });
  }
  return made;
}

/** When the day began, in UTC and by the database's clock. */
export async function startOfToday({ ctx }: TestCaller): Promise<Date> {
  return await withTransaction(ctx, async ({ db }) => (await findToday(db)).from);
}
