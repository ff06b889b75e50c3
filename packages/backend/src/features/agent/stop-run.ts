import type { RunRef, RunView } from '@aura/contract';
import { notFound } from '../../app-error.ts';
import type { CallerContext } from '../../context.ts';
import { withTransaction } from '../../db/transaction.ts';
import { finishRun } from './finish-run.ts';
import { findRun, type RunRow } from './run-store.ts';
import { runView } from './run-view.ts';

/**
 * Stops a run, whoever executes it and whether or not that process is alive: the run ends here, keeping what had been
 * said, what people were asked for it is cancelled, and its owner finds its claim gone. Stopping a run that has ended changes nothing and answers how it ended.
 */
export async function stopRun(ctx: CallerContext, { runId }: RunRef): Promise<RunView> {
  const run = await read(ctx, runId);
  const place = { tenantId: run.tenantId, userId: run.userId, conversationId: run.conversationId };
  const finish = await finishRun(ctx, place, { runId, status: 'cancelled', error: null });
  ctx.runner.cancel(runId);
  if (finish.kind === 'ended' && finish.next !== null) ctx.runner.wake(finish.next);
  return runView(await read(ctx, runId));
}

async function read(ctx: CallerContext, runId: string): Promise<RunRow> {
  const run = await withTransaction(ctx, async ({ db }) => await findRun(db, { ...ctx.caller, runId }));
  if (run === undefined) throw notFound('run');
  return run;
}
