import { LIMITS, type MarkReadInput, type MarkReadOutput } from '@aura/contract';
import { notFound } from '../../app-error.ts';
import type { CallerContext } from '../../context.ts';
import { withTransaction } from '../../db/transaction.ts';
import { announceInRoom } from './announce-in-room.ts';
import { moveReadMarker } from './read-marker-store.ts';
import { enterRoom } from './room-access.ts';
import { countUnread } from './room-message-store.ts';

/**
 * The caller has read a room up to `seq`, or to its end when that is less. Never moves back, and tells the caller's other
 * devices only when it moves. Answers how far that is and what is unread after it.
 * Throws NOT_FOUND for a room that the caller is not in, or not any more.
 */
export async function markRead(ctx: CallerContext, { roomId, seq }: MarkReadInput): Promise<MarkReadOutput> {
  const { tenantId, userId } = ctx.caller;
  return await withTransaction(ctx, async (tx) => {
    await enterRoom(tx.db, ctx.caller, { roomId });
    const hasMoved = await moveReadMarker(tx.db, { tenantId, roomId, userId, seq });
    const counts = await countUnread(tx.db, { userId, roomIds: [roomId], max: LIMITS.unreadMax });
    const unread = counts.get(roomId);
    // Removed since.
    if (unread === undefined) throw notFound('room');
    if (hasMoved) {
      const event = { type: 'room_read' as const, data: unread };
      await announceInRoom(tx, { tenantId, roomId }, { events: [], notices: [{ userId, event }] });
    }
    const { roomId: _, ...marker } = unread;
    return marker;
  });
}
