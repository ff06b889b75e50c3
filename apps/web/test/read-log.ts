import { type AuraClient } from '@aura/client';
import { type ConversationFeedEvent, formatCursor, parseCursor } from '@aura/contract';

/** Every event of a conversation from the first to the `done` of its newest run, as the log has it. */
export async function readLog(client: AuraClient, conversationId: string): Promise<ConversationFeedEvent[]> {
  const { cursor } = await client.conversation.get.query({ conversationId });
  const place = parseCursor(cursor);
  if (place === null) throw new Error(`not a cursor: ${cursor}`);
  const lastEventId = formatCursor({ epoch: place.epoch, seq: 0 });
  const events: ConversationFeedEvent[] = [];
  await new Promise<void>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('the log did not end in time')), 10_000);
    const subscription = client.conversation.events.subscribe(
      { conversationId, lastEventId },
      {
        onData({ data }) {
          events.push(data);
          if (data.seq < place.seq) return;
          clearTimeout(timer);
          subscription.unsubscribe();
          resolve();
        },
        onError: reject,
      },
    );
  });
  return events;
}

/** The newest answer in a log: its pieces joined, and the text that was kept in the end. */
export function answerIn(events: readonly ConversationFeedEvent[]): { pieces: string; kept: string } {
  const kept = events.findLast((event) => event.type === 'content');
  const pieces = events.flatMap((event) =>
    event.type === 'content_delta' && event.data.messageId === kept?.data.messageId ? [event.data.delta] : [],
  );
  return { pieces: pieces.join(''), kept: kept?.data.text ?? '' };
}
