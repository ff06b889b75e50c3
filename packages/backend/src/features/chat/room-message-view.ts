import {
  AGENT_NAME,
  type AttachmentView,
  compareReactions,
  type ReactionView,
  type RoomMessageView,
} from '@aura/contract';
import type { Kysely } from 'kysely';
import type { Schema } from '../../db/schema.ts';
import { type AttachmentRow, attachmentsOf, reactionsOf, type RoomMessageRow } from './room-message-store.ts';

/** Messages with what belongs to them, in the order given. */
export async function roomMessageViews(
  db: Kysely<Schema>,
  rows: readonly RoomMessageRow[],
): Promise<RoomMessageView[]> {
  const ids = rows.map(({ id }) => id);
  const reactions = Map.groupBy(await reactionsOf(db, ids), ({ messageId }) => messageId);
  const attachments = Map.groupBy(await attachmentsOf(db, ids), ({ messageId }) => messageId);
  return rows.map((row) => ({
    id: row.id,
    authorId: row.authorId,
    authorName: row.authorName ?? AGENT_NAME,
    clientId: row.authorId === null ? null : row.clientId,
    text: row.text,
    threadOf: row.threadOf,
    mentions: row.mentions,
    attachments: (attachments.get(row.id) ?? []).map(attachmentView),
    reactions: reactionViews(reactions.get(row.id) ?? []),
    replyCount: row.replyCount,
    lastReplyAt: row.lastReplyAt?.toISOString() ?? null,
    runId: row.runId,
    isComplete: row.isComplete,
    seq: row.seq,
    createdAt: row.createdAt.toISOString(),
    editedAt: row.editedAt?.toISOString() ?? null,
    deletedAt: row.deletedAt?.toISOString() ?? null,
  }));
}

export function attachmentView({ id, name, mediaType, bytes }: AttachmentRow): AttachmentView {
  return { id, name, mediaType, bytes };
}

function reactionViews(rows: readonly { emoji: string; userId: string }[]): ReactionView[] {
  const byEmoji = Map.groupBy(rows, ({ emoji }) => emoji);
  return [...byEmoji]
    .map(([emoji, group]) => ({ emoji, userIds: group.map(({ userId }) => userId) }))
    .toSorted(compareReactions);
}
