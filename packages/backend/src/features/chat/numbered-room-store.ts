import { type Kysely, type RawBuilder, sql } from 'kysely';
import type { Schema } from '../../db/schema.ts';

type Db = Kysely<Schema>;

export interface NumberedRoomRow {
  id: string;
  number: number;
  name: string;
  postId: string | null;
  isPublic: boolean;
  createdAt: Date;
  isMember: boolean;
  memberCount: number;
  lastMessageAt: Date | null;
}

interface Reader {
  tenantId: string;
  userId: string;
}

/** The rooms a reader is in and, if wanted, all public ones; not those that were archived. */
export async function numberedRooms(
  db: Db,
  { withPublic, limit, ...reader }: Reader & { withPublic: boolean; limit: number },
): Promise<NumberedRoomRow[]> {
  const isShown = withPublic ? sql`(m.user_id is not null or r.is_public)` : sql`m.user_id is not null`;
  return await select(db, reader, { where: sql`r.archived_at is null and ${isShown}`, limit });
}

/** Whoever may see it or not: the caller of this decides. */
export async function roomByNumber(
  db: Db,
  { number, ...reader }: Reader & { number: number },
): Promise<NumberedRoomRow | undefined> {
  const [row] = await select(db, reader, { where: sql`r.number = ${number}`, limit: 1 });
  return row;
}

async function select(
  db: Db,
  { tenantId, userId }: Reader,
  { where, limit }: { where: RawBuilder<unknown>; limit: number },
): Promise<NumberedRoomRow[]> {
  const { rows } = await sql<NumberedRoomRow>`
    select r.id, r.number, r.name, r.post_id, r.is_public, r.created_at, m.user_id is not null as is_member,
      (select count(*) from room_members x where x.room_id = r.id)::int as member_count, l.at as last_message_at
    from rooms r
    left join room_members m on m.room_id = r.id and m.user_id = ${userId}
    left join lateral (
      select x.created_at as at from messages x
      where x.tenant_id = r.tenant_id and x.conversation_id = r.id and x.thread_of is null
      order by x.seq desc limit 1) l on true
    where r.tenant_id = ${tenantId} and ${where}
    order by coalesce(l.at, r.created_at) desc, r.id desc limit ${limit}`.execute(db);
  return rows;
}

export interface SenderRow {
  userId: string;
  email: string;
  nickname: string;
  pictureUrl: string | null;
}

/** Who people of the tenant are in words; of a gateway's users with the address that the gateway names. */
export async function sendersByIds(
  db: Db,
  { tenantId, userIds }: { tenantId: string; userIds: readonly string[] },
): Promise<SenderRow[]> {
  if (userIds.length === 0) return [];
  return await db
    .selectFrom('users as u')
    .innerJoin('memberships as m', 'm.userId', 'u.id')
    .leftJoin('gatewayUsers as g', (join) =>
      join.onRef('g.userId', '=', 'u.id').onRef('g.tenantId', '=', 'm.tenantId'),
    )
    .select((eb) => [
      'u.id as userId',
      'u.pictureUrl',
      eb.fn.coalesce('g.email', 'u.email').as('email'),
      sql<string>`coalesce(u.nickname, split_part(u.email, '@', 1))`.as('nickname'),
    ])
    .where('m.tenantId', '=', tenantId)
    .where('u.id', 'in', userIds)
    .execute();
}
