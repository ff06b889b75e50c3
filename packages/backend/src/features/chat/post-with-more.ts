import { randomUUID } from 'node:crypto';
import type { PostMessageOutput } from '@aura/contract';
import type { Kysely } from 'kysely';
import { AppError, notFound } from '../../app-error.ts';
import type { CallerContext } from '../../context.ts';
import type { Schema } from '../../db/schema.ts';
import { type Tx, withTransaction } from '../../db/transaction.ts';
import { type HeldConversation, holdConversation } from '../conversation/hold-conversation.ts';
import { askAgent } from './ask-agent.ts';
import { attachTo, findUploads } from './attachment-store.ts';
import { type NewRoomMessage, writeMessages, type WrittenMessage } from './message-writer-store.ts';
import { postOutcome } from './post-outcome.ts';
import { enterRoom } from './room-access.ts';
import { addReply, findMessageByClientId, lockMessage } from './room-message-store.ts';
import { attachmentView } from './room-message-view.ts';

/**
 * Posts a message that more belongs to than itself (a thread, files, a run), all of it in one transaction. Throws
 * RUN_ACTIVE when the agent is asked and has too much to answer already.
 */
export async function postWithMore(
  ctx: CallerContext,
  request: NewRoomMessage,
  { attachmentIds, asksAgent }: { attachmentIds: readonly string[]; asksAgent: boolean },
): Promise<PostMessageOutput> {
  const runId = asksAgent ? randomUUID() : null;
  const posted = await withTransaction(ctx, async (tx) => {
    const conversation = asksAgent ? await holdRoomsConversation(tx, ctx, request) : null;
    // Before anything else, so that a stranger learns nothing of what is in the room. Held, because locks of rooms come
    // before those of messages.
    await enterRoom(tx.db, ctx.caller, { roomId: request.roomId, hold: 'member' });
    // Before what it belongs to is looked for: that may have been deleted since.
    const earlier = await findPosted(tx.db, request);
    if (earlier !== undefined) return postOutcome(request, earlier);
    const thread = await openThread(tx, request);
    const files = await findUploads(tx.db, request, attachmentIds);
    if (files.length < attachmentIds.length) throw attachAgain('A file is not there any more.');
    const message = { ...request.message, attachments: files.map(attachmentView), runId };
    const whole = { ...request, thread, message };
    const [written] = await writeMessages(tx.db, [whole]);
    if (written === undefined) throw new Error('a message without an answer');
    if (written.kind !== 'posted') return postOutcome(request, written);
    tx.batches.push({ streamId: request.roomId, events: [written.event] });
    const isAttached = await attachTo(tx.db, { messageId: message.id, attachmentIds });
    if (!isAttached) throw attachAgain('A file was posted already.');
    if (message.threadOf !== null) {
      await addReply(tx.db, { messageId: message.threadOf, at: new Date(written.event.at) });
    }
    if (conversation !== null && runId !== null) {
      await askAgent(tx, ctx, { conversation, message, runId });
    }
    return postOutcome(whole, written);
  });
  if (posted.runId !== null) ctx.runner.wake(posted.runId);
  return posted;
}

function attachAgain(reason: string): AppError {
  return new AppError('BAD_INPUT', { message: `${reason} Attach it again.` });
}

/** Before any other lock, the room's too, as everywhere that runs are made or ended. A stranger holds up nobody. */
async function holdRoomsConversation(
  tx: Tx,
  { caller }: CallerContext,
  { tenantId, roomId }: NewRoomMessage,
): Promise<HeldConversation> {
  await enterRoom(tx.db, caller, { roomId });
  const conversation = await holdConversation(tx, { tenantId, conversationId: roomId });
  if (conversation === undefined) throw new Error('a room without its conversation');
  return conversation;
}

/** What the same call has posted, or another one under its clientId. */
async function findPosted(
  db: Kysely<Schema>,
  { tenantId, roomId, userId, clientId, requestHash }: NewRoomMessage,
): Promise<WrittenMessage | undefined> {
  const row = await findMessageByClientId(db, { tenantId, roomId, authorId: userId, clientId });
  if (row === undefined) return undefined;
  if (row.requestHash !== requestHash) return { kind: 'conflict' };
  return { kind: 'repeated', messageId: row.id, seq: row.seq, runId: row.runId };
}

/** Locks the message that is answered. A thread has one level, and none below what is gone. */
async function openThread(
  tx: Tx,
  { tenantId, roomId, message }: NewRoomMessage,
): Promise<{ replyCount: number } | null> {
  if (message.threadOf === null) return null;
  const root = await lockMessage(tx.db, { tenantId, roomId, messageId: message.threadOf });
  if (root === undefined || root.threadOf !== null || root.deletedAt !== null) throw notFound('message');
  return { replyCount: root.replyCount + 1 };
}
