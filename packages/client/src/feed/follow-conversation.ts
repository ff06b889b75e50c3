import {
  applyConversationEvent,
  applyRunFeedEvent,
  type ConversationFeedEvent,
  type ConversationState,
  type RunFeedEvent,
  type RunState,
} from '@aura/contract';
import type { AuraTrpc } from '../trpc.ts';
import { type FollowFeedOptions, type FollowStatus, followFeed } from './follow-feed.ts';

export interface FollowOptions<S> {
  /** Called with the snapshot, then after every event. Unchanged parts keep their identity. */
  onState: (state: S) => void;
  onStatus?: (status: FollowStatus) => void;
  signal: AbortSignal;
}

/**
 * Keeps a conversation current until it is deleted, cannot be seen any more, or `signal` aborts; see `followFeed`.
 * Resolves then; never rejects.
 */
export function followConversation(
  trpc: AuraTrpc,
  conversationId: string,
  options: FollowOptions<ConversationState>,
): Promise<void> {
  const feed: FollowFeedOptions<ConversationState, ConversationFeedEvent> = {
    ...options,
    source: {
      load: (signal) => trpc.conversation.get.query({ conversationId }, { signal }),
      subscribe: (lastEventId, observer) =>
        trpc.conversation.events.subscribe({ conversationId, lastEventId }, observer),
    },
    apply: applyConversationEvent,
    isOver: (state) => state.isDeleted,
  };
  return followFeed(feed);
}

/** Keeps one run current until it has ended; see `followFeed`. Resolves then; never rejects. */
export function followRun(trpc: AuraTrpc, runId: string, options: FollowOptions<RunState>): Promise<void> {
  const feed: FollowFeedOptions<RunState, RunFeedEvent> = {
    ...options,
    source: {
      load: (signal) => trpc.agent.get.query({ runId }, { signal }),
      subscribe: (lastEventId, observer) => trpc.agent.events.subscribe({ runId, lastEventId }, observer),
    },
    apply: applyRunFeedEvent,
    isOver: (state) => state.endedAt !== null,
  };
  return followFeed(feed);
}
