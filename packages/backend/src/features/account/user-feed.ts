import { type AccountEvent, formatCursor } from '@aura/contract';
import type { TrackedEnvelope } from '@trpc/server';
import type { CallerContext } from '../../context.ts';
import { withTransaction } from '../../db/transaction.ts';
import { readStreamHead, type StreamPlace } from '../../realtime/read-events.ts';
import { type Reset, resumeFeed } from '../../realtime/resume.ts';
import { accountEvent } from './account-event.ts';
import { findUserStreamId } from './user-stream.ts';

interface UserFeedOptions<E> {
  lastEventId?: string | null | undefined;
  /** Names `view`. */
  viewKey: string;
  view(event: AccountEvent): E | null;
}

/** What happens to the caller and `view` lets through: from a cursor on, or from now on without one. */
export async function* userFeed<E extends AccountEvent>(
  ctx: CallerContext,
  { lastEventId, viewKey, view }: UserFeedOptions<E>,
  signal: AbortSignal,
): AsyncGenerator<TrackedEnvelope<E | Reset<Record<string, never>>>, void, undefined> {
  const readPlace = async (): Promise<{ streamId: string; stream: StreamPlace }> =>
    await withTransaction(ctx, async ({ db }) => {
      const streamId = await findUserStreamId(db, ctx.caller);
      const stream = await readStreamHead(db, streamId);
      if (stream === null) throw new Error('a membership without its stream');
      return { streamId, stream };
    });
  const { streamId, stream } = await readPlace();
  yield* resumeFeed(ctx, {
    streamId,
    stream,
    lastEventId,
    signal,
    start: { after: stream.head },
    readSnapshot: async () => {
      const { epoch, head } = (await readPlace()).stream;
      return { state: {}, cursor: formatCursor({ epoch, seq: head }) };
    },
    viewKey,
    view: (event) => view(accountEvent(event)),
  });
}
