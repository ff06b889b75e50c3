import type { RunEvent, RunEventsInput, RunState } from '@aura/contract';
import type { TrackedEnvelope } from '@trpc/server';
import { notFound } from '../../app-error.ts';
import type { CallerContext } from '../../context.ts';
import { withTransaction } from '../../db/transaction.ts';
import { type Reset, resumeFeed } from '../../realtime/resume.ts';
import { getRun } from './get-run.ts';
import { findRun } from './run-store.ts';
import { runEvent } from './run-view.ts';

type RunFeed = AsyncGenerator<TrackedEnvelope<RunEvent | Reset<{ state: RunState }>>, void, undefined>;

/** Everything a run says, from a cursor (or from its beginning) on, until it is done. Rejects before it begins when there is no such run. */
export async function runEvents(
  ctx: CallerContext,
  { runId, lastEventId }: RunEventsInput,
  signal: AbortSignal,
): Promise<RunFeed> {
  const run = await withTransaction(ctx, async ({ db }) => await findRun(db, { ...ctx.caller, runId }));
  if (run === undefined) throw notFound('run');
  return resumeFeed(ctx, {
    streamId: run.conversationId,
    lastEventId,
    signal,
    start: { after: (run.firstSeq ?? 1) - 1 },
    end: run.lastSeq,
    readSnapshot: async () => {
      const { state, cursor } = await getRun(ctx, { runId });
      return { state: { state }, cursor, isComplete: state.endedAt !== null };
    },
    view: (event) => (event.runId === runId ? runEvent(event) : null),
    isLast: (event) => event.runId === runId && event.type === 'done',
  });
}
