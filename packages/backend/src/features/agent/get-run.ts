import { applyRunEvent, formatCursor, newRunState, type RunRef, type RunState } from '@aura/contract';
import { notFound } from '../../app-error.ts';
import type { CallerContext } from '../../context.ts';
import { withSnapshot } from '../../db/transaction.ts';
import { readStreamHead } from '../../realtime/read-events.ts';
import { redactFor } from '../chat/redact-for.ts';
import { type Viewer, viewerOf } from '../chat/room-standing.ts';
import { readRunEvents } from './read-run-events.ts';
import { findRun } from './run-store.ts';
import { runView } from './run-view.ts';

interface RunSnapshot {
  state: RunState;
  cursor: string;
}

/** A run as its log tells it, and the cursor to follow it from, both of the same moment. */
export async function getRun(ctx: CallerContext, input: RunRef): Promise<RunSnapshot> {
  const { state, cursor } = await readRun(ctx, input);
  return { state, cursor };
}

/** As `getRun`, with whom it was read for. */
export async function readRun(
  ctx: CallerContext,
  { runId }: RunRef,
): Promise<RunSnapshot & { viewer: Viewer }> {
  return await withSnapshot(ctx, async (db) => {
    const run = await findRun(db, { ...ctx.caller, runId });
    const stream = run === undefined ? null : await readStreamHead(db, run.conversationId);
    if (run === undefined || stream === null) throw notFound('run');
    const viewer = await viewerOf(db, ctx.caller, run.conversationId);
    const events = (await readRunEvents(db, run)).map(redactFor(viewer).runEvent);
    const state = events.reduce<RunState>(
      (so, event) => (event.type === 'run_created' ? newRunState(event.data.run) : applyRunEvent(so, event)),
      newRunState(runView(run)),
    );
    return { state, cursor: formatCursor({ epoch: stream.epoch, seq: stream.head }), viewer };
  });
}
