import { LIMITS, type RoomEvent, type RoomMemberView, type RoomRole } from '@aura/contract';
import { AppError } from '../../app-error.ts';
import { databaseNow } from '../../db/database-now.ts';
import type { Tx } from '../../db/transaction.ts';
import type { Unplaced } from '../../realtime/event.ts';
import type { MemberNotice } from './announce-in-room.ts';
import { findMembersByIds, takeDepartures } from './room-member-store.ts';
import { countMembers, findPeopleByIds, type RoomKey } from './room-store.ts';
import { roomMemberView } from './room-view.ts';

export interface Joined {
  members: RoomMemberView[];
  events: Unplaced<RoomEvent>[];
  notices: MemberNotice[];
}

/**
 * Puts people of the tenant into a room, those who are not in it yet, and answers what says so for the caller to announce.
 * Ids of nobody are passed over. They start with everything read, and as muted as they left. Throws TOO_MANY_REQUESTS when
 * the room is full. The caller holds the room.
 */
export async function addMembers(
  tx: Tx,
  { tenantId, roomId }: RoomKey,
  { userIds, role, invitedBy }: { userIds: readonly string[]; role: RoomRole; invitedBy: string | null },
): Promise<Joined> {
  const place = { tenantId, roomId };
  const present = new Set((await findMembersByIds(tx.db, place, userIds)).map(({ userId }) => userId));
  const wanted = userIds.filter((userId) => !present.has(userId));
  const people = await findPeopleByIds(tx.db, { tenantId, userIds: wanted });
  if (people.length === 0) return { members: [], events: [], notices: [] };
  if ((await countMembers(tx.db, place)) + people.length > LIMITS.roomMembers) {
    throw new AppError('TOO_MANY_REQUESTS', {
      message: `A room has ${LIMITS.roomMembers} members at most. Remove some first.`,
    });
  }
  const kept = await takeDepartures(tx.db, place, wanted);
  const rows = await tx.db
    .insertInto('roomMembers')
    .values((eb) =>
      people.map(({ userId, name, pictureUrl }) => ({
        tenantId,
        roomId,
        userId,
        role,
        name,
        pictureUrl,
        joinedAt: databaseNow,
        mutedUntil: kept.get(userId)?.mutedUntil ?? null,
        lastPostedAt: kept.get(userId)?.lastPostedAt ?? null,
        readSeq: eb.selectFrom('streams').select('head').where('id', '=', roomId),
      })),
    )
    .returningAll()
    .execute();
  const members = rows.map(roomMemberView);
  return {
    members,
    events: members.map((member) => ({ type: 'member_joined', data: { member, invitedBy } })),
    notices: members.map(({ userId }) => ({
      userId,
      event: { type: 'room_joined', data: { roomId, role } },
    })),
  };
}
