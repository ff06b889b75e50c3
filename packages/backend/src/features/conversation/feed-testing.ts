import type { ConversationFeedEvent } from '@aura/contract';
import { isTrackedEnvelope } from '@trpc/server';
import type { TestCaller } from '../../testing/test-caller.ts';
import { conversationEvents } from './conversation-events.ts';

/** A feed that has begun: its first event, and one after the other the events after that until it ends. */
export async function openFeed(
  { ctx }: TestCaller,
  input: { conversationId: string; lastEventId?: string },
): Promise<{ first: ConversationFeedEvent; rest: AsyncGenerator<ConversationFeedEvent, void> }> {
  const signal = AbortSignal.timeout(10_000);
  const rest = (async function* () {
    for await (const envelope of await conversationEvents(ctx, input, signal)) {
      if (!isTrackedEnvelope(envelope)) throw new Error('an event came without its cursor');
      yield envelope[1];
    }
    signal.throwIfAborted();
  })();
  const { value: first } = await rest.next();
  if (first === undefined) throw new Error('the feed ended before its first event');
  return { first, rest };
}

/** The events that are left, until the feed ends. */
export async function untilEnd(
  feed: AsyncGenerator<ConversationFeedEvent, void>,
): Promise<ConversationFeedEvent[]> {
  const events: ConversationFeedEvent[] = [];
  for await (const event of feed) events.push(event);
  return events;
}
