import type { InviteInput, InviteOutput } from '@aura/contract';
import { AppError, notFound } from '../../app-error.ts';
import type { CallerContext } from '../../context.ts';
import { type Tx, withTransaction } from '../../db/transaction.ts';
import { writeAudit } from '../audit/write-audit.ts';
import { addMembers } from './add-members.ts';
import { announceInRoom } from './announce-in-room.ts';
import { assertModerator, assertOpen } from './chat-policy.ts';
import { enterRoom } from './room-access.ts';
import { findBanned } from './room-ban-store.ts';
import { findMembersByIds } from './room-member-store.ts';
import { findPeopleByIds, type RoomKey } from './room-store.ts';
import { roomMemberView } from './room-view.ts';

/**
 * Puts people of the tenant into a room, all of those named or none; members of a public one may, owners and moderators of
 * a private one. Answers them as members, those too who were in it already. Throws NOT_FOUND when there is no such
 * person, CONFLICT when one is banned, TOO_MANY_REQUESTS when the room is full.
 */
export async function invite(ctx: CallerContext, { roomId, userIds }: InviteInput): Promise<InviteOutput> {
  const { tenantId, userId: invitedBy } = ctx.caller;
  const place = { tenantId, roomId };
  return await withTransaction(ctx, async (tx) => {
    const { room, me } = await enterRoom(tx.db, ctx.caller, { roomId, hold: 'room' });
    if (!room.isPublic) assertModerator(me);
    assertOpen(room);
    await assertInvitable(tx, place, userIds);
    const joined = await addMembers(tx, place, { userIds, role: 'member', invitedBy });
    const members = (await findMembersByIds(tx.db, place, userIds)).map(roomMemberView);
    if (joined.members.length === 0) return { members };
    await writeAudit(tx, ctx, {
      action: 'chat.members_invited',
      subject: roomId,
      data: { userIds: joined.members.map(({ userId }) => userId) },
    });
    await announceInRoom(tx, place, joined);
    return { members };
  });
}

async function assertInvitable(tx: Tx, place: RoomKey, userIds: readonly string[]): Promise<void> {
  const people = await findPeopleByIds(tx.db, { ...place, userIds });
  if (people.length < new Set(userIds).size) throw notFound('user');
  const banned = await findBanned(tx.db, place, userIds);
  if (banned.length === 0) return;
  const names = banned.map(({ name }) => name).join(', ');
  throw new AppError('CONFLICT', { message: `Banned from this room: ${names}. Lift the ban first.` });
}
