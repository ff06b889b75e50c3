import { type Kysely, type Selectable, sql } from 'kysely';
import { databaseNow } from '../../db/database-now.ts';
import type { Schema } from '../../db/schema.ts';
import type { MemberKey, RoomKey } from './room-store.ts';

export type RoomBanRow = Selectable<Schema['roomBans']>;
type Db = Kysely<Schema>;

/** Those who were banned before a place in the list, the one that was banned last first. */
export async function listBanned(
  db: Db,
  { after, limit, ...key }: RoomKey & { after: { bannedAt: string; userId: string } | null; limit: number },
): Promise<RoomBanRow[]> {
  let query = bans(db, key);
  if (after !== null) {
    query = query.where(
      sql<boolean>`(banned_at, user_id) < (${after.bannedAt}::timestamptz, ${after.userId}::uuid)`,
    );
  }
  return await query.orderBy('bannedAt', 'desc').orderBy('userId', 'desc').limit(limit).execute();
}

/** Those of these users who are banned. */
export async function findBanned(db: Db, key: RoomKey, userIds: readonly string[]): Promise<RoomBanRow[]> {
  if (userIds.length === 0) return [];
  return await bans(db, key).where('userId', 'in', userIds).execute();
}

/** False: banned already, and stays so for the reason given then. */
export async function insertBan(db: Db, ban: Omit<RoomBanRow, 'bannedAt'>): Promise<boolean> {
  const row = await db
    .insertInto('roomBans')
    .values({ ...ban, bannedAt: databaseNow })
    .onConflict((conflict) => conflict.columns(['roomId', 'userId']).doNothing())
    .returning('userId')
    .executeTakeFirst();
  return row !== undefined;
}

export async function deleteBan(db: Db, { tenantId, roomId, userId }: MemberKey): Promise<boolean> {
  const row = await db
    .deleteFrom('roomBans')
    .where('tenantId', '=', tenantId)
    .where('roomId', '=', roomId)
    .where('userId', '=', userId)
    .returning('userId')
    .executeTakeFirst();
  return row !== undefined;
}

const bans = (db: Db, { tenantId, roomId }: RoomKey) =>
  db.selectFrom('roomBans').selectAll().where('tenantId', '=', tenantId).where('roomId', '=', roomId);
