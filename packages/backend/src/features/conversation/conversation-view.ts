import type { ConversationEvent, ConversationView, MessageView } from '@aura/contract';
import type { StreamEvent } from '../../realtime/event.ts';
import type { ConversationRow, MessageRow } from './conversation-store.ts';

export function conversationView(row: ConversationRow): ConversationView {
  return {
    id: row.id,
    title: row.title,
    model: row.model,
    isPinned: row.isPinned,
    isArchived: row.isArchived,
    activeRunId: row.activeRunId,
    whenBusy: row.whenBusy,
    whenWaiting: row.whenWaiting,
    forkedFrom: row.forkedFrom,
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
  };
}

export function messageView(row: MessageRow): MessageView {
  const { inputTokens, outputTokens } = row;
  return {
    id: row.id,
    role: row.role,
    clientId: row.clientId,
    text: row.text,
    runId: row.runId,
    seq: row.seq,
    isComplete: row.isComplete,
    usage: inputTokens === null || outputTokens === null ? null : { inputTokens, outputTokens },
    createdAt: row.createdAt.toISOString(),
  };
}

/**
 * An event of a conversation's stream as its readers see it. Only `Unplaced<ConversationEvent>` is ever appended to
 * such a stream, so this is the one place that says so to the compiler; the object stays the same, because the
 * encoder recognises by identity what it has encoded before.
 */
export function conversationEvent(event: StreamEvent): ConversationEvent {
  return event as unknown as ConversationEvent;
}
