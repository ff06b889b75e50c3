import { applyToRoomMessages, type RoomMessageView } from '@aura/contract';
import { type AuraError, toAuraError } from '../aura-error.ts';
import type { AuraClient } from '../create-aura-client.ts';
import { createStore, type ReadableStore } from '../store.ts';
import { coalesce, FRAME_MS } from './coalesce.ts';
import type { LiveStatus } from './live-status.ts';
import { LARGE_PAGE_MESSAGES, loadUntil } from './load-until.ts';
import { createMessagePages } from './message-pages.ts';
import type { Running } from './share.ts';
import type { PendingRoomMessage } from './room-snapshot.ts';
import type { SharedRoom } from './shared-room.ts';

export interface ThreadSnapshot {
  status: LiveStatus;
  error: AuraError | null;
  /** The replies, oldest first. */
  replies: readonly RoomMessageView[];
  /** Replies on their way. */
  pending: PendingRoomMessage[];
  hasOlder: boolean;
  isLoadingOlder: boolean;
}

export interface SharedThread extends ReadableStore<ThreadSnapshot> {
  loadOlder: () => void;
  /** Once its status is `ready`: loads older replies until the one at `seq` is among them. Answers whether it came to that. */
  loadUntil: (seq: number) => Promise<boolean>;
}

const BLANK: ThreadSnapshot = {
  status: 'loading',
  error: null,
  replies: [],
  pending: [],
  hasOlder: false,
  isLoadingOlder: false,
};

interface SharedThreadOptions {
  client: AuraClient;
  room: SharedRoom;
  roomId: string;
  messageId: string;
}

/**
 * The replies to one message, read by page and kept current by the events of their room. They are read after the room's
 * snapshot, and anew after each: whatever comes after it is told.
 */
export function createSharedThread(options: SharedThreadOptions): SharedThread & Running<ThreadSnapshot> {
  const { client, room, roomId, messageId } = options;
  const store = createStore<ThreadSnapshot>(BLANK);
  let error: AuraError | null = null;
  let leave: (() => void) | null = null;
  let running = new AbortController();

  const { soon, cancel } = coalesce(() => {
    const { messages: replies, hasMore } = pages.get();
    const { status, error: roomError, pending } = room.get();
    const arrived = new Set(replies.map(({ clientId }) => clientId));
    store.set({
      status: status === 'ready' && hasMore === null ? (error === null ? 'loading' : 'error') : status,
      error: error ?? roomError,
      replies: room.withWishes(replies),
      pending: pending.filter((item) => item.threadOf === messageId && !arrived.has(item.clientId)),
      hasOlder: hasMore === true,
      isLoadingOlder: hasMore !== null && pages.isLoading(),
    });
  }, FRAME_MS);

  const pages = createMessagePages({
    read: ({ before, limit }) =>
      client.chat.messages.query({
        roomId,
        threadOf: messageId,
        limit,
        ...(before === undefined ? {} : { before }),
      }),
    apply: (messages, event) => applyToRoomMessages(messages, event, { threadOf: messageId }),
    onChange: () => soon(),
    onFailed(err) {
      error = toAuraError(err);
    },
  });

  const load = async (page: Parameters<typeof pages.load>[0]) => {
    error = null;
    await pages.load(page);
  };
  /** Also when the room has become readable, or another reader acts, who has a snapshot of their own. */
  const readFirst = () => {
    if (room.get().state === null) pages.clear();
    else if (pages.get().hasMore === null && !pages.isLoading() && error === null) {
      void load({ before: undefined });
    }
    soon();
  };
  return {
    get: store.get,
    subscribe: store.subscribe,
    begin() {
      const unwatch = room.watch({ onSnapshot: pages.clear, onEvent: pages.apply });
      const unsubscribe = room.subscribe(readFirst);
      leave = () => {
        unwatch();
        unsubscribe();
      };
      pages.clear();
      error = null;
      running = new AbortController();
      readFirst();
    },
    isDisposable: () => true,
    end() {
      running.abort();
      leave?.();
      cancel();
    },
    loadOlder() {
      const { messages, hasMore } = pages.get();
      if (hasMore !== false) void load({ before: messages[0]?.seq });
    },
    loadUntil: async (seq) =>
      await loadUntil(seq, {
        oldestSeq: () => pages.get().messages[0]?.seq,
        async loadOlder() {
          const { messages, hasMore } = pages.get();
          if (hasMore === true) await load({ before: messages[0]?.seq, limit: LARGE_PAGE_MESSAGES });
        },
        signal: running.signal,
      }),
  };
}
