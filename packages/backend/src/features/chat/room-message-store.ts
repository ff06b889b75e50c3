import type { RoomRole } from '@aura/contract';
import { type Kysely, type RawBuilder, type Selectable, sql } from 'kysely';
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

/** How much text a list of messages holds: as many long ones as it may have in number would be some megabytes. */
export const LIST_CHARS = 262_144;

export interface MessagePage extends RoomKey {
  threadOf: string | null;
  limit: number;
  /** Less text than a list holds otherwise. */
  maxChars?: number;
}

interface FoundPage {
  rows: RoomMessageRow[];
  hasMore: boolean;
}

/** Messages before a place, oldest first, and whether there are more of them. In a snapshot. */
export async function messagesBefore(
  db: Db,
  page: MessagePage & { before: number | null },
): Promise<FoundPage> {
  let query = inThread(messages(db, page), page.threadOf);
  if (page.before !== null) query = query.where('seq', '<', page.before);
  const { rows, hasMore } = await nearest(query.orderBy('seq', 'desc'), page);
  return { rows: rows.toReversed(), hasMore };
}

/** Messages after a place, oldest first, and whether there are more of them. In a snapshot. */
export async function messagesAfter(db: Db, page: MessagePage & { after: number }): Promise<FoundPage> {
  const query = inThread(messages(db, page), page.threadOf).where('seq', '>', page.after);
  return await nearest(query.orderBy('seq'), page);
}

/** The first of them, as many as fit. Asks how long they are before it reads them: what does not fit stays where it is. */
async function nearest(
  query: ReturnType<typeof messages>,
  { limit, maxChars = LIST_CHARS }: Pick<MessagePage, 'limit' | 'maxChars'>,
): Promise<FoundPage> {
  const found = await query
    .clearSelect()
    .select(sql<number>`length(text)`.as('chars'))
    .limit(limit + 1)
    .execute();
  const count = countFitting(found.slice(0, limit), maxChars);
  return { rows: count === 0 ? [] : await query.limit(count).execute(), hasMore: found.length > count };
}

/** How many of them have so many characters in all, the first at least. */
export function countFitting(texts: readonly { chars: number }[], maxChars: number): number {
  let total = 0;
  for (const [index, { chars }] of texts.entries()) {
    total += chars;
    if (total > maxChars && index > 0) return index;
  }
  return texts.length;
}

function inThread(query: ReturnType<typeof messages>, threadOf: string | null): ReturnType<typeof messages> {
  return threadOf === null ? query.where('threadOf', 'is', null) : query.where('threadOf', '=', threadOf);
}

const pinned = (db: Db, key: RoomKey) =>
  messages(db, key).where('pinnedSeq', 'is not', null).orderBy('pinnedSeq', 'desc');

/** The one that was pinned last first. */
export async function pinnedMessages(db: Db, key: RoomKey): Promise<RoomMessageRow[]> {
  return await pinned(db, key).execute();
}

/** The same without their words. */
export async function pinnedIds(db: Db, key: RoomKey): Promise<string[]> {
  const rows = await pinned(db, key).clearSelect().select('id').execute();
  return rows.map(({ id }) => id);
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
  const { rows } = await unreadStatement({ members, max }).execute(db);
  return rows;
}

/**
 * Conditions and orders are those of the indexes `messages_roots` and `messages_mentions`: without the orders the planner
 * takes it that so few are to be found at once wherever it looks.
 */
export function unreadStatement({
  members,
  max,
}: {
  members: readonly { roomId: string; userId: string }[];
  max: number;
}): RawBuilder<Unread & { userId: string; role: RoomRole }> {
  const roomIds = members.map(({ roomId }) => roomId);
  const userIds = members.map(({ userId }) => userId);
  const order = sql`order by x.tenant_id, x.conversation_id, x.seq`;
  return sql`
    select m.room_id, m.user_id, m.role, m.read_seq, s.head as head_seq,
      (select count(*) from (
        select from messages x where x.conversation_id = m.room_id and x.seq > m.read_seq
          and x.tenant_id = m.tenant_id and x.author_id is distinct from m.user_id and x.thread_of is null
          and x.deleted_at is null ${order} limit ${max}) c)::int as unread_count,
      (select count(*) from (
        select from messages x where x.conversation_id = m.room_id and x.seq > m.read_seq
          and x.tenant_id = m.tenant_id and x.author_id is distinct from m.user_id and x.mentions <> '{}'
          and m.user_id = any(x.mentions) and x.deleted_at is null ${order} limit ${max}) c)::int as mention_count
    from unnest(${roomIds}::uuid[], ${userIds}::uuid[]) as w(room_id, user_id)
    join room_members m on m.room_id = w.room_id and m.user_id = w.user_id
    join streams s on s.id = m.room_id`;
}
