import { type Kysely, sql } from 'kysely';
import type { Schema } from '../../db/schema.ts';
import type { RoomMessageRow } from './room-message-store.ts';

type Db = Kysely<Schema>;

/** New words; `seq` is the event that holds them. */
export async function storeRevision(
  db: Db,
  {
    messageId,
    text,
    mentions,
    editedAt,
    seq,
  }: { messageId: string; text: string; mentions: string[]; editedAt: Date; seq: number },
): Promise<RoomMessageRow> {
  return await db
    .updateTable('messages')
    .set({
      text,
      mentions,
      editedAt,
      revisionSeqs: sql<number[]>`array_append(revision_seqs, ${seq}::bigint)`,
    })
    .where('id', '=', messageId)
    .returningAll()
    .executeTakeFirstOrThrow();
}

/** Leaves the message's place alone; answers the ids of the files it had. */
export async function emptyMessage(
  db: Db,
  { messageId, deletedAt }: { messageId: string; deletedAt: Date },
): Promise<string[]> {
  await db.deleteFrom('messageReactions').where('messageId', '=', messageId).execute();
  const files = await db
    .deleteFrom('attachments')
    .where('messageId', '=', messageId)
    .returning('id')
    .execute();
  await db
    .updateTable('messages')
    .set({ text: '', mentions: [], pinnedSeq: null, deletedAt })
    .where('id', '=', messageId)
    .execute();
  return files.map(({ id }) => id);
}

/**
 * Takes a message's words out of the events that hold them. Those keep their place, because a log without holes is what
 * readers go by.
 */
export async function scrubLog(
  db: Db,
  { id, conversationId, runId, authorId, seq, revisionSeqs }: RoomMessageRow,
): Promise<void> {
  await sql`
    update events set data = case type
      when 'message_posted' then
        jsonb_set(data, '{message}', data->'message' || '{"text": "", "mentions": [], "attachments": []}')
      when 'message_edited' then data || '{"text": "", "mentions": []}'
      else data || '{"text": ""}' end
    where stream_id = ${conversationId} and type in ('message_posted', 'message_edited', 'content')
      and seq = any(${[seq, ...revisionSeqs]}::bigint[])`.execute(db);
  if (authorId !== null || runId === null) return;
  // An answer is in the log once more, in the pieces it came in.
  await sql`
    update events set data = data || '{"delta": ""}'
    where stream_id = ${conversationId} and type = 'content_delta' and run_id = ${runId}
      and seq < ${seq} and seq >= (select first_seq from runs where id = ${runId})
      and data->>'messageId' = ${id}`.execute(db);
}

export async function insertReaction(
  db: Db,
  reaction: { tenantId: string; messageId: string; emoji: string; userId: string; seq: number },
): Promise<void> {
  await db.insertInto('messageReactions').values(reaction).execute();
}

/** False: there was none. */
export async function deleteReaction(
  db: Db,
  { messageId, emoji, userId }: { messageId: string; emoji: string; userId: string },
): Promise<boolean> {
  const { numDeletedRows } = await db
    .deleteFrom('messageReactions')
    .where('messageId', '=', messageId)
    .where('emoji', '=', emoji)
    .where('userId', '=', userId)
    .executeTakeFirst();
  return numDeletedRows > 0n;
}

export async function setPinned(
  db: Db,
  { messageId, pinnedSeq }: { messageId: string; pinnedSeq: number | null },
): Promise<void> {
  await db.updateTable('messages').set({ pinnedSeq }).where('id', '=', messageId).execute();
}
