import type { AccountEvent, ConversationEvent } from '@aura/contract';
import type { Tx } from '../../db/transaction.ts';
import { type Append, append } from '../../realtime/append.ts';
import type { StreamEvent, Unplaced } from '../../realtime/event.ts';
import { findUserStreamId } from '../account/user-stream.ts';
import type { ConversationRow } from './conversation-store.ts';
import { conversationEvent, conversationView } from './conversation-view.ts';

/**
 * Appends `events` to a conversation's stream, closed by how the conversation stands now, tells the owner's other
 * lists of it, and brings the tables that mirror the log up to date. Answers the stored events of the conversation.
 * The only thing a transaction does to streams: what it has to say elsewhere goes along as `notices`. Of a room there is
 * nothing but the events to be said: how it stands is in its messages, and it is in no list of conversations.
 */
export async function announceConversation(
  tx: Tx,
  row: ConversationRow,
  events: readonly Unplaced<ConversationEvent>[],
  notices: readonly Append[] = [],
): Promise<StreamEvent[]> {
  if (row.isRoom) return await recordEvents(tx, row, events, notices);
  const conversation = conversationView(row);
  const isDeleted = row.deletedAt !== null;
  const change: Unplaced<ConversationEvent> = { type: 'conversation_updated', data: { conversation } };
  const listed: Unplaced<AccountEvent> = isDeleted
    ? { type: 'conversation_removed', data: { conversationId: row.id } }
    : { type: 'conversation_changed', data: { conversation } };
  const [stored = []] = await append(tx, [
    { streamId: row.id, events: isDeleted ? events : [...events, change] },
    { streamId: await findUserStreamId(tx.db, row), events: [listed] },
    ...notices,
  ]);
  await mirrorEvents(tx, row, stored);
  return stored;
}

/** As `announceConversation`, for events that change nothing a list of conversations shows. */
export async function recordEvents(
  tx: Tx,
  place: { id: string; tenantId: string },
  events: readonly Unplaced<ConversationEvent>[],
  notices: readonly Append[] = [],
): Promise<StreamEvent[]> {
  const [stored = []] = await append(tx, [{ streamId: place.id, events }, ...notices]);
  await mirrorEvents(tx, place, stored);
  return stored;
}

/** Brings the tables up to date that mirror what runs say, for events that were appended otherwise. */
export async function mirrorEvents(
  tx: Tx,
  place: { id: string; tenantId: string },
  stored: readonly StreamEvent[],
): Promise<void> {
  for (const event of stored) await mirror(tx, place, event);
}

async function mirror(
  tx: Tx,
  { id, tenantId }: { id: string; tenantId: string },
  stored: StreamEvent,
): Promise<void> {
  const event = conversationEvent(stored);
  if (event.type === 'content') {
    const { messageId, text, isComplete, usage, thread } = event.data;
    const createdAt = new Date(event.at);
    await tx.db
      .insertInto('messages')
      .values({
        id: messageId,
        tenantId,
        conversationId: id,
        runId: event.runId,
        role: 'assistant',
        text,
        isComplete,
        threadOf: thread?.threadOf ?? null,
        inputTokens: usage?.inputTokens ?? null,
        outputTokens: usage?.outputTokens ?? null,
        revisionSeqs: [event.seq],
        seq: event.seq,
        createdAt,
      })
      .execute();
    if (thread !== undefined) {
      await tx.db
        .updateTable('messages')
        .set({ lastReplyAt: createdAt })
        .where('id', '=', thread.threadOf)
        .execute();
    }
  }
  if (event.type === 'done' && event.runId !== null) {
    await tx.db
      .updateTable('runs')
      .set({ lastSeq: event.seq, endedAt: new Date(event.at) })
      .where('id', '=', event.runId)
      .execute();
  }
}
