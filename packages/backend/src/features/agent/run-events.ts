import type { RunEvent, RunEventsInput, RunState } from '@aura/contract';
import type { TrackedEnvelope } from '@trpc/server';
import { notFound } from '../../app-error.ts';
import type { CallerContext } from '../../context.ts';
import { withSnapshot } from '../../db/transaction.ts';
import type { StreamEvent } from '../../realtime/event.ts';
import { readStreamHead } from '../../realtime/read-events.ts';
import { type Reset, resumeFeed } from '../../realtime/resume.ts';
import { roomFeed } from '../chat/room-feed.ts';
import { viewerOf } from '../chat/room-standing.ts';
import { readRun } from './get-run.ts';
import { findRun } from './run-store.ts';
import { runEvent } from './run-view.ts';

type RunFeed = AsyncGenerator<TrackedEnvelope<RunEvent | Reset<{ state: RunState }>>, void, undefined>;

/**
 * Everything a run says, from a cursor (or from its beginning) on, until it is done. Rejects before it begins when there
 * is no such run.
 */
export async function runEvents(
  ctx: CallerContext,
  { runId, lastEventId }: RunEventsInput,
  signal: AbortSignal,
): Promise<RunFeed> {
  const { run, stream, viewer } = await withSnapshot(ctx, async (db) => {
    const row = await findRun(db, { ...ctx.caller, runId });
    if (row === undefined) throw notFound('run');
    const place = await readStreamHead(db, row.conversationId);
    if (place === null) throw new Error('a run without its stream');
    return { run: row, stream: place, viewer: await viewerOf(db, ctx.caller, row.conversationId) };
  });
  const isOwn = (event: StreamEvent): boolean => event.runId === runId;
  const options = {
    stream,
    lastEventId,
    signal,
    start: { after: (run.firstSeq ?? 1) - 1 },
    end: run.lastSeq,
    readSnapshot: async () => {
      const { state, cursor, viewer: reader } = await readRun(ctx, { runId });
      return { state: { state }, cursor, isComplete: state.endedAt !== null, viewer: reader };
    },
    isLast: (event: StreamEvent) => isOwn(event) && event.type === 'done',
  };
  if (!run.isInRoom) {
    return resumeFeed(ctx, {
      ...options,
      streamId: run.conversationId,
      viewKey: `run ${runId}`,
      view: (event) => (isOwn(event) ? runEvent(event) : null),
    });
  }
  return roomFeed<RunEvent, { state: RunState }>(ctx, {
    ...options,
    roomId: run.conversationId,
    viewer,
    feed: `run ${runId}`,
    view: (event, redactor) => (isOwn(event) ? redactor.runEvent(runEvent(event)) : null),
  });
}
