import type { Role } from '@aura/contract';
import { type Kysely, type Selectable, sql } from 'kysely';
import type { Schema } from '../../db/schema.ts';

/** With what its conversation knows: the model, and the run whose turn it is. */
export type RoomRow = Selectable<Schema['rooms']> & { model: string; activeRunId: string | null };
export type RoomMemberRow = Selectable<Schema['roomMembers']>;
type Db = Kysely<Schema>;

export interface RoomKey {
  tenantId: string;
  roomId: string;
}
export interface MemberKey extends RoomKey {
  userId: string;
}

const rooms = (db: Db) =>
  db
    .selectFrom('rooms')
    .innerJoin('conversations', 'conversations.id', 'rooms.id')
    .selectAll('rooms')
    .select(['conversations.model', 'conversations.activeRunId']);

export async function findRoom(db: Db, { tenantId, roomId }: RoomKey): Promise<RoomRow | undefined> {
  return await rooms(db)
    .where('rooms.tenantId', '=', tenantId)
    .where('rooms.id', '=', roomId)
    .executeTakeFirst();
}

/** Comes first in every transaction that changes a room or who is in it: messages posted meanwhile wait, or are before it. */
export async function lockRoom(db: Db, { tenantId, roomId }: RoomKey): Promise<void> {
  await db
    .selectFrom('rooms')
    .select('id')
    .where('tenantId', '=', tenantId)
    .where('id', '=', roomId)
    .forNoKeyUpdate()
    .execute();
}

/** Nobody changes the room until the transaction has ended, as `lockRoom` would keep others out, but many may at a time. */
export async function shareRoom(db: Db, { tenantId, roomId }: RoomKey): Promise<void> {
  await db
    .selectFrom('rooms')
    .select('id')
    .where('tenantId', '=', tenantId)
    .where('id', '=', roomId)
    .forShare()
    .execute();
}

const membership = (db: Db, { tenantId, roomId, userId }: MemberKey) =>
  db
    .selectFrom('roomMembers')
    .selectAll()
    .where('tenantId', '=', tenantId)
    .where('roomId', '=', roomId)
    .where('userId', '=', userId);

export async function findMember(db: Db, key: MemberKey): Promise<RoomMemberRow | undefined> {
  return await membership(db, key).executeTakeFirst();
}

/** Whoever removes this member waits until the transaction has ended. */
export async function keepMember(db: Db, key: MemberKey): Promise<RoomMemberRow | undefined> {
  return await membership(db, key).forKeyShare().executeTakeFirst();
}

export async function listMembers(db: Db, { tenantId, roomId }: RoomKey): Promise<RoomMemberRow[]> {
  return await db
    .selectFrom('roomMembers')
    .selectAll()
    .where('tenantId', '=', tenantId)
    .where('roomId', '=', roomId)
    .orderBy('joinedAt')
    .orderBy('userId')
    .execute();
}

export async function countMembers(db: Db, { tenantId, roomId }: RoomKey): Promise<number> {
  const { count } = await db
    .selectFrom('roomMembers')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where('tenantId', '=', tenantId)
    .where('roomId', '=', roomId)
    .executeTakeFirstOrThrow();
  return count;
}

/** People of the tenant as rooms show them; guests too. Those who were deactivated, or taken out of it, are left out. */
export async function findPeopleByIds(
  db: Db,
  { tenantId, userIds }: { tenantId: string; userIds: readonly string[] },
): Promise<{ userId: string; name: string; pictureUrl: string | null; tenantRole: Role }[]> {
  if (userIds.length === 0) return [];
  return await db
    .selectFrom('memberships')
    .innerJoin('users', 'users.id', 'memberships.userId')
    .select(['users.id as userId', 'users.pictureUrl', 'memberships.role as tenantRole'])
    .select(displayName.as('name'))
    .where('memberships.tenantId', '=', tenantId)
    .where('memberships.removedAt', 'is', null)
    .where('users.isActive', '=', true)
    .where('memberships.userId', 'in', userIds)
    .execute();
}

/** What a person is called: the nickname, else what stands before the @. */
export const displayName = sql<string>`coalesce(users.nickname, split_part(users.email, '@', 1))`;

/**
 * The streams of what happens to these users, for notices; also of who was taken out of the tenant, whose devices go on
 * from there when they come back.
 */
export async function findStreamIds(
  db: Db,
  { tenantId, userIds }: { tenantId: string; userIds: readonly string[] },
): Promise<Map<string, string>> {
  if (userIds.length === 0) return new Map();
  const rows = await db
    .selectFrom('memberships')
    .select(['userId', 'streamId'])
    .where('tenantId', '=', tenantId)
    .where('userId', 'in', userIds)
    .execute();
  return new Map(rows.map(({ userId, streamId }) => [userId, streamId]));
}

export async function findRoomByClientId(
  db: Db,
  { tenantId, userId, clientId }: { tenantId: string; userId: string; clientId: string },
): Promise<RoomRow | undefined> {
  return await rooms(db)
    .where('rooms.tenantId', '=', tenantId)
    .where('rooms.createdBy', '=', userId)
    .where('rooms.clientId', '=', clientId)
    .executeTakeFirst();
}

/** The next number of the tenant's rooms; the caller takes turns. */
export async function nextRoomNumber(db: Db, tenantId: string): Promise<number> {
  const { last } = await db
    .selectFrom('rooms')
    .select((eb) => eb.fn.max('number').as('last'))
    .where('tenantId', '=', tenantId)
    .executeTakeFirstOrThrow();
  return (last ?? 0) + 1;
}

/** The rooms a user is in, archived ones too; with a limit, those joined last. */
export async function findRoomIdsOf(
  db: Db,
  { tenantId, userId, limit }: { tenantId: string; userId: string; limit?: number },
): Promise<string[]> {
  const query = db
    .selectFrom('roomMembers')
    .select('roomId')
    .where('tenantId', '=', tenantId)
    .where('userId', '=', userId);
  const rows = await (limit === undefined ? query : query.orderBy('joinedAt', 'desc').limit(limit)).execute();
  return rows.map(({ roomId }) => roomId);
}

/** How far these rooms' logs go. */
export async function findHeads(
  db: Db,
  { tenantId, roomIds }: { tenantId: string; roomIds: readonly string[] },
): Promise<Map<string, number>> {
  if (roomIds.length === 0) return new Map();
  const rows = await db
    .selectFrom('streams')
    .select(['id', 'head'])
    .where('tenantId', '=', tenantId)
    .where('id', 'in', roomIds)
    .execute();
  return new Map(rows.map(({ id, head }) => [id, head]));
}
