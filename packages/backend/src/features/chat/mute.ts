import type { MuteInput, RoomMemberView } from '@aura/contract';
import { notFound } from '../../app-error.ts';
import type { CallerContext } from '../../context.ts';
import { withTransaction } from '../../db/transaction.ts';
import { writeAudit } from '../audit/write-audit.ts';
import { announceInRoom } from './announce-in-room.ts';
import { assertModerator, assertOpen, assertOutranks } from './chat-policy.ts';
import { enterRoom } from './room-access.ts';
import { setMute } from './room-member-store.ts';
import { findMember } from './room-store.ts';
import { roomMemberView } from './room-view.ts';

/**
 * Lets a member read only, for so many seconds from now on, or (0) write again; owners may, and moderators those who are
 * neither. Leaving and coming back does not lift it. The same call again is one event. Throws NOT_FOUND for somebody who
 * is not in the room.
 */
export async function mute(
  ctx: CallerContext,
  { roomId, userId, seconds }: MuteInput,
): Promise<RoomMemberView> {
  const place = { tenantId: ctx.caller.tenantId, roomId };
  return await withTransaction(ctx, async (tx) => {
    const { room, me } = await enterRoom(tx.db, ctx.caller, { roomId, hold: 'room' });
    assertModerator(me);
    assertOpen(room);
    const member = await findMember(tx.db, { ...place, userId });
    if (member === undefined) throw notFound('member');
    assertOutranks(me, member);
    const row = await setMute(tx.db, { ...place, userId }, seconds);
    if (row === undefined) return roomMemberView(member);
    const changed = roomMemberView(row);
    const action = seconds === 0 ? 'chat.member_unmuted' : 'chat.member_muted';
    await writeAudit(tx, ctx, { action, subject: roomId, data: { userId, seconds } });
    await announceInRoom(tx, place, { events: [{ type: 'member_updated', data: { member: changed } }] });
    return changed;
  });
}
