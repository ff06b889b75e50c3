import { type AccountEvent, formatCursor } from '@aura/contract';
import type { TrackedEnvelope } from '@trpc/server';
import type { CallerContext } from '../../context.ts';
import { withTransaction } from '../../db/transaction.ts';
import { readStreamHead } from '../../realtime/read-events.ts';
import { type Reset, resumeFeed } from '../../realtime/resume.ts';
import { accountEvent } from './account-event.ts';
import { findUserStreamId } from './user-stream.ts';

/** What happens to the caller and `view` lets through: from a cursor on, or from now on without one. */
export async function* userFeed<E extends AccountEvent>(
  ctx: CallerContext,
  { lastEventId, view }: { lastEventId?: string | null | undefined; view: (event: AccountEvent) => E | null },
  signal: AbortSignal,
): AsyncGenerator<TrackedEnvelope<E | Reset<Record<string, never>>>, void, undefined> {
  const readPlace = async (): Promise<{ streamId: string; epoch: string; head: number }> =>
    await withTransaction(ctx, async ({ db }) => {
      const streamId = await findUserStreamId(db, ctx.caller);
      const stream = await readStreamHead(db, streamId);
      if (stream === null) throw new Error('a membership without its stream');
      return { streamId, ...stream };
    });
  const { streamId, head } = await readPlace();
  yield* resumeFeed(ctx, {
    streamId,
    lastEventId,
    signal,
    start: { after: head },
    readSnapshot: async () => {
      const place = await readPlace();
      return { state: {}, cursor: formatCursor({ epoch: place.epoch, seq: place.head }) };
    },
    view: (event) => view(accountEvent(event)),
  });
}
