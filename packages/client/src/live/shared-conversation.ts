import type { ConversationState, PageContext } from '@aura/contract';
import { type AuraError, toAuraError } from '../aura-error.ts';
import type { AuraClient } from '../create-aura-client.ts';
import { createStore, type ReadableStore } from '../store.ts';
import { REPEATABLE } from '../transport/is-repeatable.ts';
import { coalesce, FRAME_MS } from './coalesce.ts';
import { type LiveStatus, toLiveStatus } from './live-status.ts';
import { identityKeyOf } from './identity-key-of.ts';
import { NO_OLDER, olderAfterReset, prependPage, withOlder } from './older-messages.ts';
import { createOutbox, type PendingMessage } from './outbox.ts';
import type { Running } from './share.ts';

export interface ConversationSnapshot {
  status: LiveStatus;
  /** Why the status is `error`; beside another status, what went wrong last and is being tried again. */
  error: AuraError | null;
  /** Older messages that were loaded are in `messages` too. */
  state: ConversationState | null;
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
  let feed: {
    state: ConversationState | null;
    status: ConversationSnapshot['status'];
    error: AuraError | null;
  };
  let older = NO_OLDER;
  let isLoadingOlder = false;
  let following: AbortController | null = null;
  let stopWatching: (() => void) | null = null;
  let identity = identityKeyOf(client.session.get());
  let shown: { feed: ConversationState; older: typeof older; state: ConversationState } | null = null;
  reset();

  const { soon, now, cancel } = coalesce(() => {
    const { status, error } = feed;
    const state = compose();
    const pending = outbox.pending(state?.messages ?? []);
    store.set({ status, error, state, pending, isLoadingOlder });
  }, FRAME_MS);

  const outbox = createOutbox({
    send: (message) => client.conversation.send.mutate({ conversationId, ...message }),
    onChange: () => now(),
  });

  function reset(): void {
    feed = { state: null, status: 'loading', error: null };
    older = NO_OLDER;
    isLoadingOlder = false;
    shown = null;
  }

  /** Nothing of one identity may show under another. True when there was a change. */
  function forgetOthers(): boolean {
    const next = identityKeyOf(client.session.get());
    if (next === identity) return false;
    identity = next;
    outbox.clear();
    reset();
    return true;
  }

  /** Unchanged parts keep their identity, so that what shows them need not be drawn again. */
  function compose(): ConversationState | null {
    if (feed.state === null) return null;
    if (shown?.feed !== feed.state || shown.older !== older) {
      shown = { feed: feed.state, older, state: withOlder(feed.state, older) };
    }
    return shown.state;
  }

  function follow(): void {
    following = new AbortController();
    void client.followConversation(conversationId, {
      signal: following.signal,
      onState(state) {
        if (feed.state !== null && state.messages[0]?.id !== feed.state.messages[0]?.id) {
          older = olderAfterReset(older, feed.state, state);
        }
        feed = { state, status: 'ready', error: null };
        soon();
      },
      onStatus(status) {
        feed = { ...feed, ...toLiveStatus(status, feed.status) };
        soon();
      },
    });
  }

  return {
    get: store.get,
    subscribe: store.subscribe,
    begin() {
      forgetOthers();
      stopWatching = client.session.subscribe(() => {
        if (!forgetOthers()) return;
        following?.abort();
        follow();
        now();
      });
      follow();
    },
    isDisposable: outbox.isDelivered,
    end() {
      stopWatching?.();
      following?.abort();
      following = null;
      cancel();
    },
    send(text, context) {
      return outbox.add(text, { context });
    },
    retry: outbox.retry,
    discard: outbox.discard,
    async stop(runId = feed.state?.conversation.activeRunId ?? undefined) {
      if (runId !== undefined) await client.agent.stop.mutate({ runId }, REPEATABLE);
    },
    loadOlder() {
      const state = compose();
      const before = state?.messages[0]?.seq;
      if (isLoadingOlder || before === undefined || state?.hasOlderMessages !== true) return;
      isLoadingOlder = true;
      const asked = following;
      client.conversation.messages
        .query({ conversationId, before })
        .then((page) => {
          // Only while the page still joins on: the identity or the snapshot may have changed meanwhile.
          if (following === asked && compose()?.messages[0]?.seq === before) older = prependPage(older, page);
          isLoadingOlder = false;
        })
        .catch((err: unknown) => {
          isLoadingOlder = false;
          feed = { ...feed, error: toAuraError(err) };
        })
        .finally(now);
      now();
    },
  };
}
