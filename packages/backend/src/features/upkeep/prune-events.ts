import { randomUUID } from 'node:crypto';
import { withSystemTransaction } from '../../db/transaction.ts';
import { raiseOldest } from '../../realtime/raise-oldest.ts';
import { inBatches } from './in-batches.ts';
import { retainedSince, type UpkeepContext } from './retention.ts';
import {
  deleteEventsUpTo,
  deletePieces,
  findStreamsToPrune,
  lockUncompactedRun,
  markCompacted,
  oldestEvents,
} from './prune-store.ts';

/** Events one transaction deletes at most: it holds a stream's lock, which whoever appends to it waits for. */
const BATCH = 2_000;
const STREAM_PAGE = 200;

/**
 * Keeps the log small. Conversations lose the pieces of answers given long ago: the whole answer follows them in the
 * log, so a snapshot says the same without them. Users' streams lose what happened long ago: who was away for as long
 * loads the lists afresh.
 *
 * What follows the highest deleted event is complete; a cursor from before it gets a reset. Any number of nodes may
 * prune at once, and what one tick leaves the next one finds.
 */
export async function pruneEvents(ctx: UpkeepContext, signal: AbortSignal): Promise<void> {
  await inBatches(signal, async () => await compactOneRun(ctx));
  await pruneUserStreams(ctx, signal);
}

/** Runs that have ended, the oldest first; one with more pieces than a batch has its turn again. */
async function compactOneRun(ctx: UpkeepContext): Promise<{ isLast: boolean }> {
  return await withSystemTransaction(ctx, async (tx) => {
    const run = await lockUncompactedRun(tx.db, retainedSince(ctx));
    if (run === undefined) return { isLast: true };
    const deleted = await deletePieces(tx.db, run, BATCH);
    if (deleted.count < BATCH) await markCompacted(tx.db, run.id);
    if (deleted.count > 0) {
      await raiseOldest(tx, { streamId: run.conversationId, seq: deleted.lastSeq + 1 });
    }
    return { isLast: false };
  });
}

/** All of them once, from anywhere on: a tick that does not get round does not always leave out the same ones. */
async function pruneUserStreams(ctx: UpkeepContext, signal: AbortSignal): Promise<void> {
  const start = randomUUID();
  const parts: { after: string | null; upTo: string | null }[] = [
    { after: start, upTo: null },
    { after: null, upTo: start },
  ];
  for (const { after: first, upTo } of parts) {
    let after = first;
    await inBatches(signal, async () => {
      const page = await withSystemTransaction(
        ctx,
        async ({ db }) =>
          await findStreamsToPrune(db, { after, upTo, limit: STREAM_PAGE }, retainedSince(ctx)),
      );
      for (const { id, isDue } of page) if (isDue) await pruneUserStream(ctx, id, signal);
      after = page.at(-1)?.id ?? after;
      return { isLast: page.length < STREAM_PAGE };
    });
  }
}

async function pruneUserStream(ctx: UpkeepContext, streamId: string, signal: AbortSignal): Promise<void> {
  await inBatches(
    signal,
    async () =>
      await withSystemTransaction(ctx, async (tx) => {
        const events = await oldestEvents(tx.db, { streamId, limit: BATCH }, retainedSince(ctx));
        // Only from the front, so that no hole appears where a clock went back.
        const keptFrom = events.findIndex(({ isOld }) => !isOld);
        const last = keptFrom === -1 ? events.at(-1) : events[keptFrom - 1];
        if (last === undefined) return { isLast: true };
        await deleteEventsUpTo(tx.db, { streamId, seq: last.seq });
        await raiseOldest(tx, { streamId, seq: last.seq + 1 });
        return { isLast: keptFrom !== -1 || events.length < BATCH };
      }),
  );
}
