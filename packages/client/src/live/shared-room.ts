import {
  parseCursor,
  type RoomEvent,
  type RoomFeedEvent,
  type RoomMessageView,
  type RoomState,
} from '@aura/contract';
import type { AuraClient } from '../create-aura-client.ts';
import { createStore, type ReadableStore } from '../store.ts';
import { coalesce, FRAME_MS } from './coalesce.ts';
import { createFollower } from './follower.ts';
import { identityKeyOf } from './identity-key-of.ts';
import { inOrder } from './in-order.ts';
import { LARGE_PAGE_MESSAGES, loadUntil } from './load-until.ts';
import { createMessageChanges } from './message-changes.ts';
import { createMessagePages } from './message-pages.ts';
import { type OlderMessages, withOlder } from './older-messages.ts';
import { createOutbox } from './outbox.ts';
import { createOutboxShelf } from './outbox-shelf.ts';
import { createReactionWishes, type ReactionWish, type ReactionWishes } from './reaction-wishes.ts';
import { createReadMarker } from './read-marker.ts';
import { createRoomActions, type RoomActions } from './room-actions.ts';
import { type KeptRoomDraft, keptRoomDraftSchema } from './room-draft.ts';
import { BLANK_ROOM, type Departure, type RoomSnapshot } from './room-snapshot.ts';
import { REPEATABLE } from '../transport/is-repeatable.ts';
import type { Running } from './share.ts';
import { createTypingSignal } from './typing-signal.ts';

/** Somebody who is told what happens in a room, before its state changes. */
export interface RoomWatcher {
  /** The room was read anew: events may have been missed. */
  onSnapshot: () => void;
  onEvent: (event: RoomEvent) => void;
}

export interface SharedRoom extends ReadableStore<RoomSnapshot> {
  readonly actions: RoomActions;
  watch: (watcher: RoomWatcher) => () => void;
  /** Messages with the reader's reactions that are on their way. */
  withWishes: ReactionWishes['apply'];
  /** Messages that were read since the room's snapshot by another way, as they are now. */
  upToDate: (messages: readonly RoomMessageView[]) => readonly RoomMessageView[];
}

/** A state as it was composed, and what of. */
interface Shown {
  feed: RoomState;
  older: OlderMessages<RoomMessageView>;
  wishes: readonly ReactionWish[];
  state: RoomState;
}

/** Of all rooms: no two snapshots have the same number. */
let snapshotCount = 0;

/** A room that is followed from `begin` to `end`, with what its member does in it. */
export function createSharedRoom({
  client,
  roomId,
}: {
  client: AuraClient;
  roomId: string;
}): SharedRoom & Running<RoomSnapshot> {
  const store = createStore<RoomSnapshot>(BLANK_ROOM);
  const watchers = new Set<RoomWatcher>();
  let readSeq: number | null = null;
  /** Place in the log that has been followed up to, and that of the newest thing said, in threads too. */
  let [reachedSeq, saidSeq] = [0, 0];
  let departure: Departure | null = null;
  let snapshotNumber = 0;
  let shown: Shown | null = null;

  const { soon, now, cancel } = coalesce(() => {
    const state = compose();
    const pending = outbox.pending(state?.messages ?? [], reachedSeq);
    store.set({
      ...follower.get(),
      state,
      pending,
      isLoadingOlder: older.isLoading(),
      readSeq,
      saidSeq,
      departure,
      snapshotNumber,
    });
  }, FRAME_MS);

  const outbox = createOutbox<KeptRoomDraft>({
    send: inOrder(({ threadOf, attachments, ...message }) =>
      client.chat.postMessage.mutate({
        roomId,
        ...message,
        ...(threadOf === null ? {} : { threadOf }),
        ...(attachments.length === 0 ? {} : { attachmentIds: attachments.map(({ id }) => id) }),
      }),
    ),
    onChange: () => now(),
    shelf: createOutboxShelf(() => `aura.outbox:${identityKeyOf(client.session.get()) ?? ''}:${roomId}`, {
      body: keptRoomDraftSchema,
    }),
  });
  const older = createMessagePages({
    read: (place) => client.chat.messages.query({ roomId, ...place }),
    threadOf: null,
    onChange: () => now(),
    onFailed: (err) => follower.fail(err),
  });
  const userId = () => {
    const session = client.session.get();
    return session.status === 'signedIn' ? session.identity.user.id : null;
  };
  const wishes = createReactionWishes({
    userId,
    send: ({ isThere, ...reaction }) =>
      client.chat[isThere ? 'addReaction' : 'removeReaction'].mutate({ roomId, ...reaction }, REPEATABLE),
    onChange: () => now(),
  });
  const changes = createMessageChanges();
  const marker = createReadMarker((seq) => client.chat.markRead.mutate({ roomId, seq }));
  const typing = createTypingSignal(({ isTyping }) => {
    client.chat.setTyping.mutate({ roomId, isTyping }).catch(() => undefined);
  });

  /** A snapshot takes the place of what was known: what was loaded before it may have changed unseen. */
  function onSnapshot(seq: number): void {
    [reachedSeq, saidSeq] = [seq, seq];
    departure = null;
    snapshotNumber = ++snapshotCount;
    changes.clear();
    older.clear();
    wishes.forgetAnswered();
    for (const watcher of watchers) watcher.onSnapshot();
  }

  function onEvent(event: RoomFeedEvent): void {
    if (event.type === 'reset') {
      onSnapshot(event.seq);
      return;
    }
    reachedSeq = event.seq;
    if (event.type === 'message_posted' || event.type === 'content') saidSeq = event.seq;
    if (event.type === 'member_left' && event.data.userId === userId()) departure = event.data.how;
    older.apply(event);
    changes.onEvent(event);
    wishes.onEvent(event);
    for (const watcher of watchers) watcher.onEvent(event);
  }

  const follower = createFollower<RoomState>({
    client,
    follow: (options) =>
      client.followRoom(roomId, {
        ...options,
        onStatus(status) {
          options.onStatus(status);
          if (status.status === 'live') outbox.retryUnsent();
        },
        onSnapshot(snapshot) {
          readSeq = Math.max(readSeq ?? 0, snapshot.readSeq);
          onSnapshot(parseCursor(snapshot.cursor)?.seq ?? 0);
        },
        onEvent,
      }),
    onForget() {
      outbox.clear();
      outbox.restore();
      marker.clear();
      older.clear();
      changes.clear();
      wishes.clear();
      [readSeq, departure, snapshotNumber] = [null, null, 0];
      [reachedSeq, saidSeq] = [0, 0];
      now();
    },
    onChange: soon,
  });

  /** Unchanged parts keep their identity, so that what shows them need not be drawn again. */
  function compose(): RoomState | null {
    const { state: feed } = follower.get();
    if (feed === null) return null;
    if (shown?.feed !== feed || shown.older !== older.get() || shown.wishes !== wishes.get()) {
      const known = withOlder(feed, older.get());
      const messages = wishes.apply(known.messages);
      const state = messages === known.messages ? known : { ...known, messages };
      shown = { feed, older: older.get(), wishes: wishes.get(), state };
    }
    return shown.state;
  }

  async function loadOlder(limit?: number): Promise<void> {
    const state = compose();
    const before = state?.messages[0]?.seq;
    if (before === undefined || state?.hasOlderMessages !== true) return;
    await older.load({ before, ...(limit === undefined ? {} : { limit }) });
  }

  const actions: RoomActions = {
    ...createRoomActions(client, roomId),
    send({ text, mentions = [], threadOf = null, attachments = [] }) {
      typing.stop();
      return outbox.add({ text, mentions: [...mentions], threadOf, attachments: [...attachments] });
    },
    addReaction: (messageId, emoji) => wishes.wish({ messageId, emoji, isThere: true }),
    removeReaction: (messageId, emoji) => wishes.wish({ messageId, emoji, isThere: false }),
    retry: outbox.retry,
    discard: outbox.discard,
    loadOlder: () => void loadOlder(),
    loadUntil: async (seq) =>
      await loadUntil(seq, {
        oldestSeq: () => compose()?.messages[0]?.seq,
        loadOlder: async () => await loadOlder(LARGE_PAGE_MESSAGES),
        signal: follower.signal(),
      }),
    markRead() {
      marker.seen(saidSeq);
      if (readSeq === null || readSeq >= saidSeq) return;
      readSeq = saidSeq;
      soon();
    },
    noteTyping: typing.typing,
    stopTyping: typing.stop,
    reload: follower.restart,
  };
  return {
    get: store.get,
    subscribe: store.subscribe,
    begin() {
      outbox.restore();
      follower.begin();
    },
    isDisposable: outbox.isDelivered,
    end() {
      typing.stop();
      follower.end();
      cancel();
    },
    watch(watcher) {
      watchers.add(watcher);
      return () => void watchers.delete(watcher);
    },
    withWishes: wishes.apply,
    upToDate: (messages) => wishes.apply(changes.apply(messages)),
    actions,
  };
}
