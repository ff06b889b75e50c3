import type { RunEvent, RunEventsInput, RunState } from '@aura/contract';
import type { TrackedEnvelope } from '@trpc/server';
import { notFound } from '../../app-error.ts';
import type { CallerContext } from '../../context.ts';
import { withTransaction } from '../../db/transaction.ts';
import type { StreamEvent } from '../../realtime/event.ts';
import { type Reset, resumeFeed } from '../../realtime/resume.ts';
import { roomFeed } from '../chat/room-feed.ts';
import { readRun } from './get-run.ts';
import { findRun } from './run-store.ts';
import { runEvent } from './run-view.ts';

type RunFeed = AsyncGenerator<TrackedEnvelope<RunEvent | Reset<{ state: RunState }>>, void, undefined>;

/** Everything a run says, from a cursor (or from its beginning) on, until it is done. */
export async function* runEvents(
  ctx: CallerContext,
  { runId, lastEventId }: RunEventsInput,
  signal: AbortSignal,
): RunFeed {
  const run = await withTransaction(ctx, async ({ db }) => await findRun(db, { ...ctx.caller, runId }));
  if (run === undefined) throw notFound('run');
  const options = {
    lastEventId,
    signal,
    start: { after: (run.firstSeq ?? 1) - 1 },
    end: run.lastSeq,
    readSnapshot: async () => {
      const { state, cursor, viewer } = await readRun(ctx, { runId });
      return { state: { state }, cursor, isComplete: state.endedAt !== null, viewer };
    },
    isLast: (event: StreamEvent) => event.runId === runId && event.type === 'done',
  };
  if (!run.isInRoom) {
    yield* resumeFeed(ctx, {
      ...options,
      streamId: run.conversationId,
      view: (event) => (event.runId === runId ? runEvent(event) : null),
    });
    return;
  }
  yield* roomFeed<RunEvent, { state: RunState }>(ctx, {
    ...options,
    roomId: run.conversationId,
    view: (event, redactor) => (event.runId === runId ? redactor.runEvent(runEvent(event)) : null),
  });
}
