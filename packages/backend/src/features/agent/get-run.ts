import { applyRunEvent, formatCursor, newRunState, type RunRef, type RunState } from '@aura/contract';
import { notFound } from '../../app-error.ts';
import type { CallerContext } from '../../context.ts';
import { withSnapshot } from '../../db/transaction.ts';
import { readStreamHead } from '../../realtime/read-events.ts';
import { readRunEvents } from './read-run-events.ts';
import { findRun } from './run-store.ts';
import { runView } from './run-view.ts';

/** A run as its log tells it, and the cursor to follow it from, both of the same moment. */
export async function getRun(
  ctx: CallerContext,
  { runId }: RunRef,
): Promise<{ state: RunState; cursor: string }> {
  return await withSnapshot(ctx, async (db) => {
    const run = await findRun(db, { ...ctx.caller, runId });
    const stream = run === undefined ? null : await readStreamHead(db, run.conversationId);
    if (run === undefined || stream === null) throw notFound('run');
    const events = await readRunEvents(db, run);
    const state = events.reduce<RunState>(
      (so, event) => (event.type === 'run_created' ? newRunState(event.data.run) : applyRunEvent(so, event)),
      newRunState(runView(run)),
    );
    return { state, cursor: formatCursor({ epoch: stream.epoch, seq: stream.head }) };
  });
}
