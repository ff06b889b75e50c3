import type { Kysely } from 'kysely';
import { AppError, notFound } from '../../app-error.ts';
import type { Caller } from '../../context.ts';
import { readNow } from '../../db/database-now.ts';
import type { Schema } from '../../db/schema.ts';
import { holdConversation } from '../conversation/hold-conversation.ts';
import { assertNotMuted, assertOpen } from './chat-policy.ts';
import {
  findMember,
  findRoom,
  keepMember,
  lockRoom,
  type RoomMemberRow,
  type RoomRow,
  shareRoom,
} from './room-store.ts';

/** A room and the caller's place in it. */
export interface RoomAccess {
  room: RoomRow;
  me: RoomMemberRow;
}

/**
 * What the transaction holds until it ends, taken before any other lock. `member`: the caller's place in the room stays as
 * it is, and so do the room and its members; many hold it at a time. `room`: the right to change them. `conversation`: that,
 * and before it the right to change the room's conversation and its runs.
 */
export type RoomHold = 'nothing' | 'member' | 'room' | 'conversation';

/**
 * The room, for somebody who is in it. Throws NOT_FOUND when there is none, or none that the caller may know of, and
 * FORBIDDEN for a public one that was not joined.
 */
export async function enterRoom(
  db: Kysely<Schema>,
  { tenantId, userId, role }: Pick<Caller, 'tenantId' | 'userId' | 'role'>,
  { roomId, hold = 'nothing' }: { roomId: string; hold?: RoomHold },
): Promise<RoomAccess> {
  const key = { tenantId, roomId, userId };
  // Strangers hold up nobody.
  if (hold !== 'nothing') await enterRoom(db, { tenantId, userId, role }, { roomId });
  if (hold === 'conversation') await holdConversation({ db }, { tenantId, conversationId: roomId });
  if (hold === 'room' || hold === 'conversation') await lockRoom(db, key);
  if (hold === 'member') await shareRoom(db, key);
  const me = await (hold === 'member' ? keepMember(db, key) : findMember(db, key));
  const room = await findRoom(db, key);
  if (room === undefined || (me === undefined && !isListed(room, role))) throw notFound('room');
  if (me === undefined) throw new AppError('FORBIDDEN', { message: 'Join this room first.' });
  return { room, me };
}

/** Throws ROOM_ARCHIVED, and MUTED as the database's clock has it, which posting goes by as well. */
export async function assertMayWrite(db: Kysely<Schema>, { room, me }: RoomAccess): Promise<void> {
  assertOpen(room);
  if (me.mutedUntil !== null) assertNotMuted(me, await readNow(db));
}

/** Whether somebody who is not in a room may know of it. */
export function isListed({ isPublic }: Pick<RoomRow, 'isPublic'>, role: Caller['role']): boolean {
  return isPublic && role !== 'guest';
}
