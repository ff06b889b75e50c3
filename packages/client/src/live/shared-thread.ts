import type { RoomMessageView, RunStates } from '@aura/contract';
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
import { sameOrNext } from './same-or-next.ts';
import { createThreadWindow } from './thread-window.ts';

export interface ThreadSnapshot {
  status: LiveStatus;
  error: AuraError | null;
  /** What the replies are to; null until it is known. */
  message: RoomMessageView | null;
  /** The replies, oldest first. */
  replies: readonly RoomMessageView[];
  /** What the agent did and does in the thread, as far as the newest replies go, by id of run. */
  runs: RunStates;
  /** Replies on their way. */
  pending: readonly PendingRoomMessage[];
  hasOlder: boolean;
  isLoadingOlder: boolean;
}

export interface SharedThread extends ReadableStore<ThreadSnapshot> {
  /** Loads the page of replies before the oldest one; while nothing is there, reads the thread anew. */
  loadOlder: () => void;
  /** Once its status is `ready`: loads older replies until the one at `seq` is among them. Answers whether it came to that. */
  loadUntil: (seq: number) => Promise<boolean>;
}

const BLANK: ThreadSnapshot = {
  status: 'loading',
  error: null,
  message: null,
  replies: [],
  runs: {},
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

/** How it stands while the room is there and the thread is not. */
function unreadStatus(error: AuraError | null): LiveStatus {
  if (error === null) return 'loading';
  return error.code === 'NOT_FOUND' ? 'notFound' : 'error';
}

/**
 * One message, the replies to it and what the agent does there, kept current by the events of their room. They are read after
 * the room's snapshot, and anew after each: whatever comes after it is told.
 */
export function createSharedThread(options: SharedThreadOptions): SharedThread & Running<ThreadSnapshot> {
  const { client, room, roomId, messageId } = options;
  const store = createStore<ThreadSnapshot>(BLANK);
  let error: AuraError | null = null;
  let leave: (() => void) | null = null;
  let running = new AbortController();

  const { soon, cancel } = coalesce(() => {
    const { status, error: roomError, pending, state } = room.get();
    const newest = newestPart.get();
    const replies = [...older.get().messages, ...(newest?.replies ?? [])];
    const arrived = new Set(replies.map(({ clientId }) => clientId));
    const message = newest?.message ?? state?.messages.find(({ id }) => id === messageId);
    const previous = store.get();
    const [shownMessage = null] = room.withWishes(message === undefined ? [] : [message]);
    store.set({
      status: status === 'ready' && newest === null ? unreadStatus(error) : status,
      error: error ?? roomError,
      message: shownMessage,
      replies: sameOrNext(previous.replies, room.withWishes(replies)),
      runs: newest?.runs ?? BLANK.runs,
      pending: sameOrNext(
        previous.pending,
        pending.filter((item) => item.threadOf === messageId && !arrived.has(item.clientId)),
      ),
      hasOlder: hasOlder(),
      isLoadingOlder: older.isLoading(),
    });
  }, FRAME_MS);

  const onChange = () => soon();
  const onFailed = (err: unknown) => {
    error = toAuraError(err);
  };
  const newestPart = createThreadWindow({
    read: () => client.chat.getThread.query({ roomId, messageId }),
    onChange,
    onFailed,
  });
  const older = createMessagePages({
    read: (place) => client.chat.messages.query({ roomId, threadOf: messageId, ...place }),
    threadOf: messageId,
    onChange,
    onFailed,
  });

  const load = () => {
    error = null;
    void newestPart.load();
  };
  const oldestSeq = () => older.get().messages[0]?.seq ?? newestPart.get()?.replies[0]?.seq;
  const hasOlder = () => older.get().hasMore ?? newestPart.get()?.hasOlderReplies === true;
  const loadOlder = async (options: { limit?: number } = {}) => {
    const before = oldestSeq();
    if (before === undefined || !hasOlder()) return;
    error = null;
    await older.load({ before, ...options });
  };
  const clear = () => {
    newestPart.clear();
    older.clear();
    error = null;
  };
  /** Also when the room has become readable, or another reader acts, who has a snapshot of their own. */
  const readFirst = () => {
    if (room.get().state === null) clear();
    else if (newestPart.get() === null && !newestPart.isLoading() && error === null) load();
    soon();
  };
  return {
    get: store.get,
    subscribe: store.subscribe,
    begin() {
      const unwatch = room.watch({
        onSnapshot: clear,
        onEvent(event) {
          newestPart.apply(event);
          older.apply(event);
        },
      });
      const unsubscribe = room.subscribe(readFirst);
      leave = () => {
        unwatch();
        unsubscribe();
      };
      clear();
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
      if (newestPart.get() === null) load();
      else void loadOlder();
    },
    loadUntil: async (seq) =>
      await loadUntil(seq, {
        oldestSeq,
        loadOlder: async () => await loadOlder({ limit: LARGE_PAGE_MESSAGES }),
        signal: running.signal,
      }),
  };
}
