import { LIMITS, type RoomRole } from '@aura/contract';
import { type Kysely, sql } from 'kysely';
import { escapeLike } from '../../db/escape-like.ts';
import type { Schema } from '../../db/schema.ts';
import { countUnread, countUnreadOf } from './room-message-store.ts';
import type { RoomRow } from './room-store.ts';

/** A room as somebody's list shows it. */
export interface ListedRoom extends RoomRow {
  role: RoomRole | null;
  readSeq: number;
  headSeq: number;
  memberCount: number;
  unreadCount: number;
  mentionCount: number;
  /** Null as well for whoever is not in the room: those read nothing of it. */
  lastMessage: LastMessage | null;
  /** When something was written last, or the room was made. */
  lastAt: Date;
}

export interface LastMessage {
  id: string;
  seq: number;
  authorId: string | null;
  authorName: string | null;
  text: string;
  at: Date;
}

interface Filter {
  tenantId: string;
  userId: string;
  scope: 'mine' | 'public';
  /** Null: either. */
  isArchived: boolean | null;
  /** Null: any. */
  roomId: string | null;
  words: readonly string[];
  after: { lastAt: string; id: string } | null;
  limit: number;
}

/** Rooms with what their reader has not read; the one that somebody wrote in last comes first. */
export async function listedRooms(db: Kysely<Schema>, filter: Filter): Promise<ListedRoom[]> {
  const { userId, scope, isArchived, roomId, after, words } = filter;
  const conditions = [
    sql`r.tenant_id = ${filter.tenantId}`,
    scope === 'mine' ? sql`m.user_id is not null` : sql`r.is_public`,
    ...(isArchived === null ? [] : [sql`(r.archived_at is not null) = ${isArchived}`]),
    ...(roomId === null ? [] : [sql`r.id = ${roomId}::uuid`]),
    ...words.map((word) => sql`r.name ilike ${`%${escapeLike(word)}%`}`),
    ...(after === null
      ? []
      : [sql`(coalesce(l.at, r.created_at), r.id) < (${after.lastAt}::timestamptz, ${after.id}::uuid)`]),
  ];
  return await withCounts(db, userId, await select(db, { userId, conditions, limit: filter.limit }));
}

/** Rooms as these members see them, those they are in, in no order. */
export async function listedRoomsOf(
  db: Kysely<Schema>,
  { tenantId, members }: { tenantId: string; members: readonly { roomId: string; userId: string }[] },
): Promise<(ListedRoom & { userId: string })[]> {
  const roomIds = [...new Set(members.map(({ roomId }) => roomId))];
  const conditions = [sql`r.tenant_id = ${tenantId}`, sql`r.id = any(${roomIds}::uuid[])`];
  const rooms = await select(db, { userId: null, conditions, limit: roomIds.length });
  const byId = new Map(rooms.map((room) => [room.id, room]));
  const unread = await countUnreadOf(db, { members, max: LIMITS.unreadMax });
  return unread.flatMap(({ roomId, ...mine }) => {
    const room = byId.get(roomId);
    return room === undefined ? [] : [{ ...room, ...mine }];
  });
}

type Uncounted = Omit<ListedRoom, 'unreadCount' | 'mentionCount'>;

async function select(
  db: Kysely<Schema>,
  {
    userId,
    conditions,
    limit,
  }: { userId: string | null; conditions: readonly ReturnType<typeof sql>[]; limit: number },
): Promise<Uncounted[]> {
  const { rows } = await sql<Omit<Uncounted, 'lastMessage'> & LastColumns>`
    select r.*, c.model, c.active_run_id, m.role, coalesce(m.read_seq, 0) as read_seq, s.head as head_seq,
      (select count(*) from room_members x where x.room_id = r.id)::int as member_count,
      l.id as last_id, l.seq as last_seq, l.author_id as last_author_id, l.author_name as last_author_name,
      l.text as last_text, coalesce(l.at, r.created_at) as last_at
    from rooms r
    join conversations c on c.id = r.id
    join streams s on s.id = r.id
    left join room_members m on m.room_id = r.id and m.user_id = ${userId}
    left join lateral (
      select x.id, x.seq, x.author_id, x.author_name, left(x.text, ${PREVIEW_CHARS}) as text, x.created_at as at
      from messages x where x.tenant_id = r.tenant_id and x.conversation_id = r.id and x.thread_of is null
      order by x.seq desc limit 1) l on true
    where ${sql.join(conditions, sql` and `)}
    order by last_at desc, r.id desc limit ${limit}`.execute(db);
  return rows.map(({ lastId, lastSeq, lastAuthorId, lastAuthorName, lastText, ...row }) => ({
    ...row,
    lastMessage:
      lastId === null || lastSeq === null
        ? null
        : {
            id: lastId,
            seq: lastSeq,
            authorId: lastAuthorId,
            authorName: lastAuthorName,
            text: lastText ?? '',
            at: row.lastAt,
          },
  }));
}

/** How much of its last message a list shows. */
export const PREVIEW_CHARS = 120;

interface LastColumns {
  lastId: string | null;
  lastSeq: number | null;
  lastAuthorId: string | null;
  lastAuthorName: string | null;
  lastText: string | null;
}

async function withCounts(
  db: Kysely<Schema>,
  userId: string,
  rows: readonly Uncounted[],
): Promise<ListedRoom[]> {
  const roomIds = rows.flatMap(({ id, role }) => (role === null ? [] : [id]));
  const counts = await countUnread(db, { userId, roomIds, max: LIMITS.unreadMax });
  return rows.map((row) => ({
    ...row,
    lastMessage: row.role === null ? null : row.lastMessage,
    unreadCount: counts.get(row.id)?.unreadCount ?? 0,
    mentionCount: counts.get(row.id)?.mentionCount ?? 0,
  }));
}
