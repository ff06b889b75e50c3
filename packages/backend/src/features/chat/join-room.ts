import type { RoomRef, RoomView } from '@aura/contract';
import { AppError, notFound } from '../../app-error.ts';
import type { CallerContext } from '../../context.ts';
import { withTransaction } from '../../db/transaction.ts';
import { addMembers } from './add-members.ts';
import { announceInRoom } from './announce-in-room.ts';
import { assertOpen } from './chat-policy.ts';
import { isListed } from './room-access.ts';
import { findBanned } from './room-ban-store.ts';
import { findMember, findRoom, lockRoom } from './room-store.ts';
import { roomView } from './room-view.ts';

/**
 * Joins a public room; whoever is in it already is answered the same. Throws NOT_FOUND for a private one, BANNED,
 * ROOM_ARCHIVED, and TOO_MANY_REQUESTS when it is full.
 */
export async function joinRoom(ctx: CallerContext, { roomId }: RoomRef): Promise<RoomView> {
  const { tenantId, userId, role } = ctx.caller;
  const place = { tenantId, roomId };
  return await withTransaction(ctx, async (tx) => {
    await lockRoom(tx.db, place);
    const room = await findRoom(tx.db, place);
    const me = await findMember(tx.db, { ...place, userId });
    if (room === undefined || (me === undefined && !isListed(room, role))) throw notFound('room');
    if (me !== undefined) return roomView(room);
    const [ban] = await findBanned(tx.db, place, [userId]);
    if (ban !== undefined) {
      throw new AppError('BANNED', {
        message: 'You were banned from this room. Its moderators can lift it.',
      });
    }
    assertOpen(room);
    await announceInRoom(
      tx,
      place,
      await addMembers(tx, place, { userIds: [userId], role: 'member', invitedBy: null }),
    );
    return roomView(room);
  });
}
