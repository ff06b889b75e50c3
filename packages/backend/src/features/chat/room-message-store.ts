import type { RoomRole } from '@aura/contract';
import { type Kysely, type Selectable, sql } from 'kysely';
import type { Schema } from '../../db/schema.ts';
import type { RoomKey } from './room-store.ts';

export type RoomMessageRow = Selectable<Schema['messages']>;
export type AttachmentRow = Selectable<Schema['attachments']>;
type Db = Kysely<Schema>;

interface MessageKey extends RoomKey {
  messageId: string;
}

const messages = (db: Db, { tenantId, roomId }: RoomKey) =>
  db.selectFrom('messages').selectAll().where('tenantId', '=', tenantId).where('conversationId', '=', roomId);

export async function findMessage(db: Db, key: MessageKey): Promise<RoomMessageRow | undefined> {
  return await messages(db, key).where('id', '=', key.messageId).executeTakeFirst();
}

export async function findMessageByClientId(
  db: Db,
  { authorId, clientId, ...key }: RoomKey & { authorId: string; clientId: string },
): Promise<RoomMessageRow | undefined> {
  return await messages(db, key)
    .where('clientId', '=', clientId)
    .where('authorId', '=', authorId)
    .executeTakeFirst();
}

/** Before its stream's lock, as everywhere. */
export async function lockMessage(db: Db, key: MessageKey): Promise<RoomMessageRow | undefined> {
  return await messages(db, key).where('id', '=', key.messageId).forUpdate().executeTakeFirst();
}

/** One more reply in the thread of a message, whose lock the caller holds. */
export async function addReply(db: Db, { messageId, at }: { messageId: string; at: Date }): Promise<void> {
  await db
    .updateTable('messages')
    .set((eb) => ({ replyCount: eb('replyCount', '+', 1), lastReplyAt: at }))
    .where('id', '=', messageId)
    .execute();
}

export interface MessagePage extends RoomKey {
  threadOf: string | null;
  limit: number;
}

/** Messages before a place, oldest first, and whether there are more of them. */
export async function messagesBefore(
  db: Db,
  page: MessagePage & { before: number | null },
): Promise<{ rows: RoomMessageRow[]; hasMore: boolean }> {
  let query = inThread(messages(db, page), page.threadOf);
  if (page.before !== null) query = query.where('seq', '<', page.before);
  const rows = await query
    .orderBy('seq', 'desc')
    .limit(page.limit + 1)
    .execute();
  return { rows: rows.slice(0, page.limit).toReversed(), hasMore: rows.length > page.limit };
}

/** Messages after a place, oldest first, and whether there are more of them. */
export async function messagesAfter(
  db: Db,
  page: MessagePage & { after: number },
): Promise<{ rows: RoomMessageRow[]; hasMore: boolean }> {
  const rows = await inThread(messages(db, page), page.threadOf)
    .where('seq', '>', page.after)
    .orderBy('seq')
    .limit(page.limit + 1)
    .execute();
  return { rows: rows.slice(0, page.limit), hasMore: rows.length > page.limit };
}

function inThread(query: ReturnType<typeof messages>, threadOf: string | null): ReturnType<typeof messages> {
  return threadOf === null ? query.where('threadOf', 'is', null) : query.where('threadOf', '=', threadOf);
}

/** The one that was pinned last first. */
export async function pinnedMessages(db: Db, key: RoomKey): Promise<RoomMessageRow[]> {
  return await messages(db, key).where('pinnedSeq', 'is not', null).orderBy('pinnedSeq', 'desc').execute();
}

/** Who reacted to these messages and how, in the order it happened. */
export async function reactionsOf(
  db: Db,
  messageIds: readonly string[],
): Promise<{ messageId: string; emoji: string; userId: string }[]> {
  if (messageIds.length === 0) return [];
  return await db
    .selectFrom('messageReactions')
    .select(['messageId', 'emoji', 'userId'])
    .where('messageId', 'in', messageIds)
    .orderBy('seq')
    .execute();
}

export async function attachmentsOf(db: Db, messageIds: readonly string[]): Promise<AttachmentRow[]> {
  if (messageIds.length === 0) return [];
  return await db
    .selectFrom('attachments')
    .selectAll()
    .where('messageId', 'in', messageIds)
    .orderBy('position')
    .execute();
}

export interface Unread {
  roomId: string;
  readSeq: number;
  /** The room's head, at the moment of counting. */
  headSeq: number;
  unreadCount: number;
  mentionCount: number;
}

/** What a member has not read, by room; counting stops at `max`. */
export async function countUnread(
  db: Db,
  { userId, roomIds, max }: { userId: string; roomIds: readonly string[]; max: number },
): Promise<Map<string, Unread>> {
  const rows = await countUnreadOf(db, { members: roomIds.map((roomId) => ({ roomId, userId })), max });
  return new Map(
    rows.map(({ roomId, readSeq, headSeq, unreadCount, mentionCount }) => [
      roomId,
      { roomId, readSeq, headSeq, unreadCount, mentionCount },
    ]),
  );
}

/** The same for members of several rooms at once, those that are still in them, in no order. */
export async function countUnreadOf(
  db: Db,
  { members, max }: { members: readonly { roomId: string; userId: string }[]; max: number },
): Promise<(Unread & { userId: string; role: RoomRole })[]> {
  if (members.length === 0) return [];
  const roomIds = members.map(({ roomId }) => roomId);
  const userIds = members.map(({ userId }) => userId);
  const { rows } = await sql<Unread & { userId: string; role: RoomRole }>`
    select m.room_id, m.user_id, m.role, m.read_seq, s.head as head_seq,
      (select count(*) from (
        select from messages x where x.conversation_id = m.room_id and x.seq > m.read_seq
          and x.tenant_id = m.tenant_id and x.author_id is distinct from m.user_id and x.thread_of is null
          and x.deleted_at is null limit ${max}) c)::int as unread_count,
      (select count(*) from (
        select from messages x where x.conversation_id = m.room_id and x.seq > m.read_seq
          and x.tenant_id = m.tenant_id and x.author_id is distinct from m.user_id and m.user_id = any(x.mentions)
          and x.deleted_at is null limit ${max}) c)::int as mention_count
    from unnest(${roomIds}::uuid[], ${userIds}::uuid[]) as w(room_id, user_id)
    join room_members m on m.room_id = w.room_id and m.user_id = w.user_id
    join streams s on s.id = m.room_id`.execute(db);
  return rows;
}
