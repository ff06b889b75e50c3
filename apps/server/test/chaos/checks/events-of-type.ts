import { type ConversationEvent, conversationEventSchema } from '@aura/contract';
import type { DatabaseDump } from '@aura/backend/testing';

export type EventOf<T extends ConversationEvent['type']> = Extract<ConversationEvent, { type: T }> & {
  streamId: string;
};

/** The events of one type in all conversations, parsed: what does not fit the contract throws. */
export function eventsOfType<T extends ConversationEvent['type']>(
  { events }: DatabaseDump,
  type: T,
): EventOf<T>[] {
  return events.flatMap((row) => {
    if (row.type !== type) return [];
    const { streamId, seq, runId, data, at } = row;
    const event = conversationEventSchema.parse({ type, seq, runId, data, at: at.toISOString() });
    return isOf(event, type) ? [{ ...event, streamId }] : [];
  });
}

function isOf<T extends ConversationEvent['type']>(
  event: ConversationEvent,
  type: T,
): event is Extract<ConversationEvent, { type: T }> {
  return event.type === type;
}
