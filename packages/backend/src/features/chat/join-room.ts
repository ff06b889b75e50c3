import type { RoomRef, RoomView } from '@aura/contract';
import { notFound } from '../../app-error.ts';
import type { Caller, CallerContext } from '../../context.ts';
import { type Tx, withTransaction } from '../../db/transaction.ts';
import { addMembers } from './add-members.ts';
import { announceInRoom } from './announce-in-room.ts';
import { assertOpen, banned } from './chat-policy.ts';
import { isListed } from './room-access.ts';
import { findBanned } from './room-ban-store.ts';
import { findMember, findRoom, lockRoom } from './room-store.ts';
import { roomView } from './room-view.ts';

/**
 * Joins a public room; whoever is in it already is answered the same. Throws NOT_FOUND for a private one, BANNED,
 * ROOM_ARCHIVED, and TOO_MANY_REQUESTS when it is full.
 */
export async function joinRoom(ctx: CallerContext, { roomId }: RoomRef): Promise<RoomView> {
  const { tenantId, userId } = ctx.caller;
  const place = { tenantId, roomId };
  return await withTransaction(ctx, async (tx) => {
    // Before the lock as well, so that those who may not come in hold up nobody.
    const seen = await look(tx, ctx.caller, roomId);
    if (seen.isMember) return seen.view;
    await lockRoom(tx.db, place);
    const { view, isMember } = await look(tx, ctx.caller, roomId);
    if (isMember) return view;
    await announceInRoom(
      tx,
      place,
      await addMembers(tx, place, { userIds: [userId], role: 'member', invitedBy: null }),
    );
    return view;
  });
}

/** The room for somebody who is in it or may come in. */
async function look(
  { db }: Tx,
  { tenantId, userId, role }: Caller,
  roomId: string,
): Promise<{ view: RoomView; isMember: boolean }> {
  const place = { tenantId, roomId };
  const room = await findRoom(db, place);
  const me = await findMember(db, { ...place, userId });
  if (room === undefined || (me === undefined && !isListed(room, role))) throw notFound('room');
  if (me !== undefined) return { view: roomView(room), isMember: true };
  const [ban] = await findBanned(db, place, [userId]);
  if (ban !== undefined) throw banned();
  assertOpen(room);
  return { view: roomView(room), isMember: false };
}
