import { deepStrictEqual } from 'node:assert';
import {
  applyConversationEvent,
  type ConversationFeedEvent,
  type ConversationState,
  parseCursor,
} from '@aura/contract';
import { isTrackedEnvelope } from '@trpc/server';
import { conversationEvents } from '../features/conversation/conversation-events.ts';
import type { TestCaller } from './test-caller.ts';

/** Everything after `lastEventId` up to `until`, as a subscriber gets it. Fails after `timeoutMs`. */
export async function collectEvents(
  { ctx }: TestCaller,
  conversationId: string,
  options: {
    lastEventId?: string | null;
    until: (event: ConversationFeedEvent) => boolean;
    timeoutMs?: number;
  },
): Promise<{ events: ConversationFeedEvent[]; lastEventId: string }> {
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(), options.timeoutMs ?? 15_000);
  const events: ConversationFeedEvent[] = [];
  let lastEventId = options.lastEventId ?? '';
  try {
    for await (const envelope of await conversationEvents(
      ctx,
      { conversationId, lastEventId: options.lastEventId },
      controller.signal,
    )) {
      if (!isTrackedEnvelope(envelope)) throw new Error('an event came without its cursor');
      const [id, event] = envelope;
      lastEventId = id;
      events.push(event);
      if (options.until(event)) return { events, lastEventId };
    }
  } finally {
    clearTimeout(timer);
    controller.abort();
  }
  throw new Error(`the feed ended before what was waited for; last: ${JSON.stringify(events.at(-1))}`);
}

/** Waits until a run has ended; answers all its conversation's events so far. */
export async function untilDone(
  caller: TestCaller,
  conversationId: string,
  runId: string,
): Promise<ConversationFeedEvent[]> {
  const until = (event: ConversationFeedEvent): boolean => event.type === 'done' && event.runId === runId;
  return (await collectEvents(caller, conversationId, { until })).events;
}

/**
 * Proves that what a reader had, plus the events it was sent, is what a fresh reader gets: for the whole of `action`
 * and from every cursor in between.
 */
export async function expectConverges(
  caller: TestCaller,
  conversationId: string,
  action: () => Promise<unknown>,
): Promise<ConversationState> {
  const before = await caller.call.conversation.get({ conversationId });
  await action();
  const fresh = await caller.call.conversation.get({ conversationId });
  const head = parseCursor(fresh.cursor)?.seq ?? 0;
  if ((parseCursor(before.cursor)?.seq ?? 0) === head) throw new Error('the action appended no event');
  const { events } = await collectEvents(caller, conversationId, {
    lastEventId: before.cursor,
    until: (event) => event.seq >= head,
  });
  const reached = events.reduce(applyConversationEvent, before.state);
  deepStrictEqual(structuredClone(reached), structuredClone(fresh.state));
  return fresh.state;
}
