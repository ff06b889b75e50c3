import { type Kysely, type Selectable, sql } from 'kysely';
import type { Schema } from '../../db/schema.ts';

type Db = Kysely<Schema>;

/** Members who can look after their room: active, and no guests. */
const able = sql`room_members m
  join memberships t on t.tenant_id = m.tenant_id and t.user_id = m.user_id
  join users u on u.id = m.user_id
  where m.room_id = r.id and u.is_active and t.removed_at is null and t.role <> 'guest'`;

const isAbandoned = sql`exists (select from ${able})
  and not exists (select from ${able} and m.role = 'owner')`;

/** A room that nobody can look after although somebody could. Not one that is being changed. */
export async function lockAbandonedRoom(db: Db): Promise<{ roomId: string; tenantId: string } | undefined> {
  const { rows } = await sql<{ roomId: string; tenantId: string }>`
    select r.id as room_id, r.tenant_id from rooms r where ${isAbandoned}
    limit 1 for no key update of r skip locked`.execute(db);
  return rows[0];
}

/** Makes an owner of whoever looks after the room now, else of whoever has been in it longest. */
export async function appointOwner(
  db: Db,
  roomId: string,
): Promise<Selectable<Schema['roomMembers']> | undefined> {
  // Asked again, now that the room is locked: it may have got an owner just before.
  const { rows } = await sql<Selectable<Schema['roomMembers']>>`
    update room_members set role = 'owner' where (room_id, user_id) = (
      select m.room_id, m.user_id from rooms r cross join lateral (
        select m.room_id, m.user_id, m.role, m.joined_at from ${able}) m
      where r.id = ${roomId} and ${isAbandoned}
      order by m.role = 'moderator' desc, m.joined_at, m.user_id limit 1)
    returning *`.execute(db);
  return rows[0];
}
