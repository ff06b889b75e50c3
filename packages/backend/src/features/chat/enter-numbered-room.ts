import type { Kysely } from 'kysely';
import { notFound } from '../../app-error.ts';
import type { Caller } from '../../context.ts';
import type { Schema } from '../../db/schema.ts';
import { type NumberedRoomRow, roomByNumber } from './numbered-room-store.ts';
import { isListed } from './room-access.ts';

/** The room of that number, for somebody who is in it or may join it. Throws NOT_FOUND for anybody else. */
export async function enterNumberedRoom(
  db: Kysely<Schema>,
  { tenantId, userId, role }: Pick<Caller, 'tenantId' | 'userId' | 'role'>,
  number: number,
): Promise<NumberedRoomRow> {
  const room = await roomByNumber(db, { tenantId, userId, number });
  if (room === undefined || (!room.isMember && !isListed(room, role))) throw notFound('room');
  return room;
}
