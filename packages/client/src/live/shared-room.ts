import {
  applyToRoomMessages,
  type AttachmentView,
  attachmentViewSchema,
  parseCursor,
  type RoomEvent,
  type RoomFeedEvent,
  type RoomMessageView,
  type RoomState,
} from '@aura/contract';
import { z } from 'zod';
import type { AuraClient } from '../create-aura-client.ts';
import { createStore, type ReadableStore } from '../store.ts';
import { coalesce, FRAME_MS } from './coalesce.ts';
import { createFollower, type Followed } from './follower.ts';
import { identityKeyOf } from './identity-key-of.ts';
import { inOrder } from './in-order.ts';
import { createMessagePages } from './message-pages.ts';
import { type OlderMessages, withOlder } from './older-messages.ts';
import { createOutbox, type Pending } from './outbox.ts';
import { createOutboxShelf } from './outbox-shelf.ts';
import { createReadMarker } from './read-marker.ts';
import { createRoomActions, type RoomMessageActions } from './room-actions.ts';
import type { Running } from './share.ts';
import { createTypingSignal } from './typing-signal.ts';

const draftSchema = z.object({
  /** `@agent` in it asks the agent. May be empty when something is attached. */
  text: z.string(),
  mentions: z.array(z.string()),
  /** The message whose thread it belongs to; null: the room itself. */
  threadOf: z.string().nullable(),
  attachments: z.array(attachmentViewSchema),
});
type Draft = z.infer<typeof draftSchema>;

/** What somebody wants to say in a room. */
export interface RoomDraft {
  text: string;
  /** Ids of users. */
  mentions?: readonly string[];
  threadOf?: string;
  /** As `uploadAttachment` answered them. */
  attachments?: readonly AttachmentView[];
}

/** A message that was sent and has not shown up in its room yet, also after a reload of the page. */
export type PendingRoomMessage = Pending<Draft>;

/** Older messages that were loaded are in the state's `messages` too. */
export interface RoomSnapshot extends Followed<RoomState> {
  /** What is on its way to the room and to its threads. */
  pending: PendingRoomMessage[];
  isLoadingOlder: boolean;
  /** How far its reader had read when the room was opened: what is newer is new. Null until it is known. */
  readSeq: number | null;
  /** Place in the log of the newest thing said, in threads too; 0 until it is known. */
  saidSeq: number;
}

export interface RoomActions extends RoomMessageActions {
  /** Says something; it is in `pending` until it shows up. Answers its clientId. Goes out in the order of the calls. */
  send: (draft: RoomDraft) => string;
  /** Sends a failed message again, under its clientId. What failed for want of a connection goes by itself. */
  retry: (clientId: string) => void;
  /** Forgets a message that failed. */
  discard: (clientId: string) => void;
  /** Loads the page of messages before the oldest one; a failure shows up in `error`. */
  loadOlder: () => void;
  /** Loads older messages until the one at `seq` is among them. Answers whether it came to that. */
  loadUntil: (seq: number) => Promise<boolean>;
  /** Everything that there is has been seen; told to the server a moment later. */
  markRead: () => void;
  /** A key was pressed in the composer. */
  noteTyping: () => void;
  /** What was typed was sent or left. */
  stopTyping: () => void;
  /** Reads the room anew: after joining it, or a failure. */
  reload: () => void;
}

/** Somebody who is told what happens in a room, before its state changes. */
export interface RoomWatcher {
  /** The room was read anew: events may have been missed. */
  onSnapshot: () => void;
  onEvent: (event: RoomEvent) => void;
}

export interface SharedRoom extends ReadableStore<RoomSnapshot> {
  readonly actions: RoomActions;
  watch: (watcher: RoomWatcher) => () => void;
}

const BLANK: RoomSnapshot = {
  status: 'loading',
  error: null,
  state: null,
  pending: [],
  isLoadingOlder: false,
  readSeq: null,
  saidSeq: 0,
};
/** Of the largest size: as far back as anybody jumps. */
const MAX_PAGES = 100;
const LARGE_PAGE_MESSAGES = 200;

/** A room that is followed from `begin` to `end`, with what its member does in it. */
export function createSharedRoom({
  client,
  roomId,
}: {
  client: AuraClient;
  roomId: string;
}): SharedRoom & Running<RoomSnapshot> {
  const store = createStore<RoomSnapshot>(BLANK);
  const watchers = new Set<RoomWatcher>();
  let readSeq: number | null = null;
  /** Place in the log that has been followed up to, and that of the newest thing said, in threads too. */
  let [reachedSeq, saidSeq] = [0, 0];
  let shown: { feed: RoomState; older: OlderMessages<RoomMessageView>; state: RoomState } | null = null;

  const { soon, now, cancel } = coalesce(() => {
    const state = compose();
    const pending = outbox.pending(state?.messages ?? [], reachedSeq);
    store.set({ ...follower.get(), state, pending, isLoadingOlder: older.isLoading(), readSeq, saidSeq });
  }, FRAME_MS);

  const outbox = createOutbox<Draft>({
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
      body: draftSchema,
    }),
  });
  const older = createMessagePages({
    read: ({ before, limit }) =>
      client.chat.messages.query({ roomId, limit, ...(before === undefined ? {} : { before }) }),
    apply: changeMessages,
    onChange: () => now(),
    onFailed: (err) => follower.fail(err),
  });
  const marker = createReadMarker((seq) => client.chat.markRead.mutate({ roomId, seq }));
  const typing = createTypingSignal(({ isTyping }) => {
    client.chat.setTyping.mutate({ roomId, isTyping }).catch(() => undefined);
  });

  /** A snapshot takes the place of what was known: what was loaded before it may have changed unseen. */
  function onSnapshot(seq: number): void {
    [reachedSeq, saidSeq] = [seq, seq];
    older.clear();
    for (const watcher of watchers) watcher.onSnapshot();
  }

  function onEvent(event: RoomFeedEvent): void {
    if (event.type === 'reset') {
      onSnapshot(event.seq);
      return;
    }
    reachedSeq = event.seq;
    if (event.type === 'message_posted' || event.type === 'content') saidSeq = event.seq;
    older.apply(event);
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
          readSeq ??= snapshot.readSeq;
          onSnapshot(parseCursor(snapshot.cursor)?.seq ?? 0);
        },
        onEvent,
      }),
    onForget() {
      outbox.clear();
      outbox.restore();
      marker.clear();
      older.clear();
      readSeq = null;
      [reachedSeq, saidSeq] = [0, 0];
      now();
    },
    onChange: soon,
  });

  /** Unchanged parts keep their identity, so that what shows them need not be drawn again. */
  function compose(): RoomState | null {
    const { state: feed } = follower.get();
    if (feed === null) return null;
    if (shown?.feed !== feed || shown.older !== older.get()) {
      shown = { feed, older: older.get(), state: withOlder(feed, older.get()) };
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
    retry: outbox.retry,
    discard: outbox.discard,
    loadOlder: () => void loadOlder(),
    async loadUntil(seq) {
      const signal = follower.signal();
      for (let page = 0; page < MAX_PAGES && !signal.aborted; page++) {
        const oldest = compose()?.messages[0]?.seq;
        if (oldest === undefined) return false;
        if (oldest <= seq) return true;
        const before = older.get();
        await loadOlder(LARGE_PAGE_MESSAGES);
        if (older.get() === before) return false;
      }
      return false;
    },
    markRead: () => marker.seen(saidSeq),
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
    actions,
  };
}

/** What an event does to messages from before the snapshot: none is added there. */
function changeMessages(messages: RoomMessageView[], event: RoomEvent): RoomMessageView[] {
  const isAddition =
    event.type === 'content' || (event.type === 'message_posted' && event.data.message.threadOf === null);
  return isAddition ? messages : applyToRoomMessages(messages, event, { threadOf: null });
}
