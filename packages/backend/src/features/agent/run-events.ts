import type { RunEvent, RunEventsInput, RunState } from '@aura/contract';
import type { TrackedEnvelope } from '@trpc/server';
import { notFound } from '../../app-error.ts';
import type { CallerContext } from '../../context.ts';
import { withTransaction } from '../../db/transaction.ts';
import { readStreamHead } from '../../realtime/read-events.ts';
import { type Reset, resumeFeed } from '../../realtime/resume.ts';
import { getRun } from './get-run.ts';
import { findRun } from './run-store.ts';
import { runEvent } from './run-view.ts';

/** Everything a run says, from a cursor (or from its beginning) on, until it is done. */
export async function* runEvents(
  ctx: CallerContext,
  { runId, lastEventId }: RunEventsInput,
  signal: AbortSignal,
): AsyncGenerator<TrackedEnvelope<RunEvent | Reset<{ state: RunState }>>, void, undefined> {
  const { run, stream } = await withTransaction(ctx, async ({ db }) => {
    const row = await findRun(db, { ...ctx.caller, runId });
    if (row === undefined) throw notFound('run');
    return { run: row, stream: await readStreamHead(db, row.conversationId) };
  });
  yield* resumeFeed(ctx, {
    streamId: run.conversationId,
    stream,
    lastEventId,
    signal,
    start: { after: (run.firstSeq ?? 1) - 1 },
    end: run.lastSeq,
    readSnapshot: async () => {
      const { state, cursor } = await getRun(ctx, { runId });
      return { state: { state }, cursor, isComplete: state.endedAt !== null };
    },
    viewKey: `run ${runId}`,
    view: (event) => (event.runId === runId ? runEvent(event) : null),
    isLast: (event) => event.runId === runId && event.type === 'done',
  });
}
