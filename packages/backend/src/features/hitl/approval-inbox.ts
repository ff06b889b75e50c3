import { formatCursor, type InboxFeedEvent, type InboxInput } from '@aura/contract';
import type { TrackedEnvelope } from '@trpc/server';
import type { CallerContext } from '../../context.ts';
import { withTransaction } from '../../db/transaction.ts';
import { readStreamHead } from '../../realtime/read-events.ts';
import { type Reset, resumeFeed } from '../../realtime/resume.ts';
import { accountEvent } from '../account/account-event.ts';
import { findUserStreamId } from '../account/user-stream.ts';

type Changed = Extract<InboxFeedEvent, { type: 'approval_changed' }>;

/** Approvals that are asked of the caller or end, over all conversations: from a cursor on, or from now on. */
export async function* approvalInbox(
  ctx: CallerContext,
  { lastEventId }: InboxInput,
  signal: AbortSignal,
): AsyncGenerator<TrackedEnvelope<Changed | Reset<Record<string, never>>>, void, undefined> {
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
    view: (stored) => {
      const event = accountEvent(stored);
      return event.type === 'approval_changed' ? event : null;
    },
  });
}
