import type { RoomMemberView, SetMemberRoleInput } from '@aura/contract';
import { AppError, notFound } from '../../app-error.ts';
import type { CallerContext } from '../../context.ts';
import { type Tx, withTransaction } from '../../db/transaction.ts';
import { writeAudit } from '../audit/write-audit.ts';
import { announceInRoom } from './announce-in-room.ts';
import { assertOpen, assertOwner, assertReplaced, mayModerate } from './chat-policy.ts';
import { enterRoom } from './room-access.ts';
import { countOthers, setRole } from './room-member-store.ts';
import { findMember, findPeopleByIds } from './room-store.ts';
import { roomMemberView } from './room-view.ts';

/**
 * Makes a member owner, moderator or neither; owners only, of owners too. Throws NOT_FOUND for somebody who is not in the
 * room, CONFLICT when it would be left without an owner, BAD_INPUT for a guest, who reads and does nothing else.
 */
export async function setMemberRole(
  ctx: CallerContext,
  { roomId, userId, role }: SetMemberRoleInput,
): Promise<RoomMemberView> {
  const place = { tenantId: ctx.caller.tenantId, roomId };
  return await withTransaction(ctx, async (tx) => {
    const { room, me } = await enterRoom(tx.db, ctx.caller, { roomId, hold: 'room' });
    assertOwner(me);
    assertOpen(room);
    const member = await findMember(tx.db, { ...place, userId });
    if (member === undefined) throw notFound('member');
    if (member.role === role) return roomMemberView(member);
    if (mayModerate(role)) await assertMayServe(tx, { ...place, userId });
    assertReplaced(member, await countOthers(tx.db, { ...place, userId }));
    const changed = roomMemberView(await setRole(tx.db, { ...place, userId }, role));
    await writeAudit(tx, ctx, { action: 'chat.role_set', subject: roomId, data: { userId, role } });
    await announceInRoom(tx, place, {
      events: [{ type: 'member_updated', data: { member: changed } }],
      notices: [{ userId, event: { type: 'room_joined', data: { roomId, role } } }],
    });
    return changed;
  });
}

async function assertMayServe(
  tx: Tx,
  { tenantId, userId }: { tenantId: string; userId: string },
): Promise<void> {
  const [person] = await findPeopleByIds(tx.db, { tenantId, userIds: [userId] });
  if (person !== undefined && person.tenantRole !== 'guest') return;
  throw new AppError('BAD_INPUT', { message: 'Guests and deactivated people cannot look after a room.' });
}
