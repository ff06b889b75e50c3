import type { ConversationState, MessageView, PageContext } from '@aura/contract';
import type { AuraClient } from '../create-aura-client.ts';
import { createStore, type ReadableStore } from '../store.ts';
import { REPEATABLE } from '../transport/is-repeatable.ts';
import { coalesce, FRAME_MS } from './coalesce.ts';
import { createFollower, type Followed } from './follower.ts';
import { NO_OLDER, olderAfterReset, type OlderMessages, prependPage, withOlder } from './older-messages.ts';
import { createOutbox, type Pending } from './outbox.ts';
import type { Running } from './share.ts';

/** A message that was sent and has not shown up in the conversation yet. */
export type PendingMessage = Pending<{ text: string; context?: PageContext }>;

/** Older messages that were loaded are in the state's `messages` too. */
export interface ConversationSnapshot extends Followed<ConversationState> {
  pending: PendingMessage[];
  isLoadingOlder: boolean;
}

export interface ConversationActions {
  /** Sends a message; it is in `pending` until it shows up. Answers its clientId. */
  send: (text: string, context?: PageContext) => string;
  /** Sends a failed message again, under its clientId. */
  retry: (clientId: string) => void;
  /** Forgets a message that failed. */
  discard: (clientId: string) => void;
  /**
   * Stops the run whose turn it is (also one that waits for a person), or the one given; does nothing when none is.
   * What is queued behind it goes on. Rejects with an AuraError.
   */
  stop: (runId?: string) => Promise<void>;
  /** Loads the page of messages before the oldest one; a failure shows up in `error`. */
  loadOlder: () => void;
}

export interface SharedConversation extends ConversationActions, ReadableStore<ConversationSnapshot> {}

const BLANK: ConversationSnapshot = {
  status: 'loading',
  error: null,
  state: null,
  pending: [],
  isLoadingOlder: false,
};

interface SharedConversationOptions {
  client: AuraClient;
  conversationId: string;
}

/** A conversation that is followed from `begin` to `end`, with what its user does to it. */
export function createSharedConversation({
  client,
  conversationId,
}: SharedConversationOptions): SharedConversation & Running<ConversationSnapshot> {
  const store = createStore<ConversationSnapshot>(BLANK);
  let older: OlderMessages<MessageView> = NO_OLDER;
  let isLoadingOlder = false;
  let shown: { feed: ConversationState; older: typeof older; state: ConversationState } | null = null;

  const { soon, now, cancel } = coalesce(() => {
    const state = compose();
    const pending = outbox.pending(state?.messages ?? []);
    store.set({ ...follower.get(), state, pending, isLoadingOlder });
  }, FRAME_MS);

  const outbox = createOutbox<{ text: string; context?: PageContext }>({
    async send(message) {
      await client.conversation.send.mutate({ conversationId, ...message });
      return {};
    },
    onChange: () => now(),
  });
  const follower = createFollower<ConversationState>({
    client,
    follow: (options) => client.followConversation(conversationId, options),
    onState(next, previous) {
      if (previous !== null && next.messages[0]?.id !== previous.messages[0]?.id) {
        older = olderAfterReset(older, previous, next);
      }
    },
    onForget() {
      outbox.clear();
      older = NO_OLDER;
      isLoadingOlder = false;
      now();
    },
    onChange: soon,
  });

  /** Unchanged parts keep their identity, so that what shows them need not be drawn again. */
  function compose(): ConversationState | null {
    const { state: feed } = follower.get();
    if (feed === null) return null;
    if (shown?.feed !== feed || shown.older !== older) {
      shown = { feed, older, state: withOlder(feed, older) };
    }
    return shown.state;
  }

  return {
    get: store.get,
    subscribe: store.subscribe,
    begin: follower.begin,
    isDisposable: outbox.isDelivered,
    end() {
      follower.end();
      cancel();
    },
    send: (text, context) => outbox.add({ text, ...(context === undefined ? {} : { context }) }),
    retry: outbox.retry,
    discard: outbox.discard,
    async stop(runId = follower.get().state?.conversation.activeRunId ?? undefined) {
      if (runId !== undefined) await client.agent.stop.mutate({ runId }, REPEATABLE);
    },
    loadOlder() {
      const state = compose();
      const before = state?.messages[0]?.seq;
      if (isLoadingOlder || before === undefined || state?.hasOlderMessages !== true) return;
      isLoadingOlder = true;
      const signal = follower.signal();
      client.conversation.messages
        .query({ conversationId, before })
        .then((page) => {
          // Only while the page still joins on: the identity or the snapshot may have changed meanwhile.
          if (!signal.aborted && compose()?.messages[0]?.seq === before) older = prependPage(older, page);
        })
        .catch(follower.fail)
        .finally(() => {
          isLoadingOlder = false;
          now();
        });
      now();
    },
  };
}
