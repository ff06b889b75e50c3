import { applyRunEvent, formatCursor, newRunState, type RunRef, type RunState } from '@aura/contract';
import { notFound } from '../../app-error.ts';
import type { CallerContext } from '../../context.ts';
import { withSnapshot } from '../../db/transaction.ts';
import { readStreamHead } from '../../realtime/read-events.ts';
import { findRun } from './run-store.ts';
import { runEvent, runView } from './run-view.ts';

/** A run as its log tells it, and the cursor to follow it from, both of the same moment. */
export async function getRun(
  ctx: CallerContext,
  { runId }: RunRef,
): Promise<{ state: RunState; cursor: string }> {
  return await withSnapshot(ctx, async (db) => {
    const run = await findRun(db, { ...ctx.caller, runId });
    const stream = run === undefined ? null : await readStreamHead(db, run.conversationId);
    if (run === undefined || stream === null) throw notFound('run');
    const rows = await db
      .selectFrom('events')
      .select(['seq', 'type', 'runId', 'at', 'data'])
      .where('streamId', '=', run.conversationId)
      .where('seq', '>=', run.firstSeq ?? 0)
      .where('seq', '<=', run.lastSeq ?? stream.head)
      .where('runId', '=', runId)
      .orderBy('seq')
      .execute();
    let state = newRunState(runView(run));
    for (const row of rows) {
      const event = runEvent({ ...row, at: row.at.toISOString() });
      state = event.type === 'run_created' ? newRunState(event.data.run) : applyRunEvent(state, event);
    }
    return { state, cursor: formatCursor({ epoch: stream.epoch, seq: stream.head }) };
  });
}
