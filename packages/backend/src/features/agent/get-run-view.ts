import type { RunRef, RunView } from '@aura/contract';
import { notFound } from '../../app-error.ts';
import type { CallerContext } from '../../context.ts';
import { withTransaction } from '../../db/transaction.ts';
import { findRun } from './run-store.ts';
import { runView } from './run-view.ts';

/** Where a run stands, without what it has said. */
export async function getRunView(ctx: CallerContext, { runId }: RunRef): Promise<RunView> {
  const row = await withTransaction(ctx, async ({ db }) => await findRun(db, { ...ctx.caller, runId }));
  if (row === undefined) throw notFound('run');
  return runView(row);
}
