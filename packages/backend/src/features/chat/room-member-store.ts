import type { RoomRole } from '@aura/contract';
import { type Kysely, type RawBuilder, sql } from 'kysely';
import type { Schema } from '../../db/schema.ts';
import type { MemberKey, RoomKey, RoomMemberRow } from './room-store.ts';

type Db = Kysely<Schema>;

export async function findMembersByIds(
  db: Db,
  { tenantId, roomId }: RoomKey,
  userIds: readonly string[],
): Promise<RoomMemberRow[]> {
  if (userIds.length === 0) return [];
  return await db
    .selectFrom('roomMembers')
    .selectAll()
    .where('tenantId', '=', tenantId)
    .where('roomId', '=', roomId)
    .where('userId', 'in', userIds)
    .orderBy('joinedAt')
    .orderBy('userId')
    .execute();
}

/**
 * Who is in a room besides one member; `owners`: those who can act as such, so no guests, and nobody who was deactivated
 * or taken out of the tenant.
 */
export async function countOthers(
  db: Db,
  { tenantId, roomId, userId }: MemberKey,
): Promise<{ members: number; owners: number }> {
  const { rows } = await sql<{ members: number; owners: number }>`
    select count(*)::int as members,
      (count(*) filter (where m.role = 'owner' and u.is_active and t.removed_at is null and t.role <> 'guest'))::int as owners
    from room_members m
    join memberships t on t.tenant_id = m.tenant_id and t.user_id = m.user_id
    join users u on u.id = m.user_id
    where m.tenant_id = ${tenantId} and m.room_id = ${roomId} and m.user_id <> ${userId}`.execute(db);
  return rows[0] ?? { members: 0, owners: 0 };
}

/** Places in rooms, in all tenants, of people who do not belong to the tenant any more; `of`: of one of them. */
export async function findRemovedMembers(
  db: Db,
  { of, limit }: { of: { tenantId: string; userId: string } | null; limit: number },
): Promise<MemberKey[]> {
  let query = db
    .selectFrom('roomMembers as m')
    .innerJoin('memberships as t', (join) =>
      join.onRef('t.tenantId', '=', 'm.tenantId').onRef('t.userId', '=', 'm.userId'),
    )
    .select(['m.tenantId', 'm.roomId', 'm.userId'])
    .where('t.removedAt', 'is not', null);
  if (of !== null) query = query.where('m.tenantId', '=', of.tenantId).where('m.userId', '=', of.userId);
  return await query.orderBy('m.roomId').orderBy('m.userId').limit(limit).execute();
}

/** Takes the row away and keeps what must not be lifted by coming back. */
export async function deleteMember(db: Db, { tenantId, roomId, userId }: MemberKey): Promise<void> {
  const row = await db
    .deleteFrom('roomMembers')
    .where('tenantId', '=', tenantId)
    .where('roomId', '=', roomId)
    .where('userId', '=', userId)
    .returningAll()
    .executeTakeFirst();
  if (row !== undefined && (row.mutedUntil !== null || row.lastPostedAt !== null)) {
    const { mutedUntil, lastPostedAt } = row;
    await db
      .insertInto('roomDepartures')
      .values({ tenantId, roomId, userId, mutedUntil, lastPostedAt })
      .execute();
  }
}

/** What was kept of people who left, by user; from now on their rows hold it again. */
export async function takeDepartures(
  db: Db,
  { tenantId, roomId }: RoomKey,
  userIds: readonly string[],
): Promise<Map<string, { mutedUntil: Date | null; lastPostedAt: Date | null }>> {
  if (userIds.length === 0) return new Map();
  const rows = await db
    .deleteFrom('roomDepartures')
    .where('tenantId', '=', tenantId)
    .where('roomId', '=', roomId)
    .where('userId', 'in', userIds)
    .returning(['userId', 'mutedUntil', 'lastPostedAt'])
    .execute();
  return new Map(rows.map(({ userId, ...kept }) => [userId, kept]));
}

export async function setRole(db: Db, key: MemberKey, role: RoomRole): Promise<RoomMemberRow> {
  return await changing(db, key).set({ role }).returningAll().executeTakeFirstOrThrow();
}

/** A repetition of a call moves the end of a mute by less than this part of it, and by less than 10 s. */
const REPEATED_PART = 0.1;

/** Mutes from now on, by the database's clock, or lifts it (0). Undefined: that is how it was already. */
export async function setMute(db: Db, key: MemberKey, seconds: number): Promise<RoomMemberRow | undefined> {
  const until: RawBuilder<Date> = sql`date_trunc('milliseconds', clock_timestamp() + make_interval(secs => ${seconds}::int))`;
  const leastChange = Math.min(10, seconds * REPEATED_PART);
  const isNews =
    seconds === 0
      ? sql<boolean>`muted_until > clock_timestamp()`
      : sql<boolean>`(muted_until is null
          or abs(extract(epoch from muted_until - clock_timestamp()) - ${seconds}::int) >= ${leastChange}::float)`;
  return await changing(db, key)
    .set({ mutedUntil: seconds === 0 ? null : until })
    .where(isNews)
    .returningAll()
    .executeTakeFirst();
}

const changing = (db: Db, { tenantId, roomId, userId }: MemberKey) =>
  db
    .updateTable('roomMembers')
    .where('tenantId', '=', tenantId)
    .where('roomId', '=', roomId)
    .where('userId', '=', userId);
