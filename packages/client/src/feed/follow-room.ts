import {
  applyRoomEvent,
  applyToRoomList,
  type RoomEphemeralEvent,
  type RoomFeedEvent,
  type RoomInboxEvent,
  type RoomListItem,
  type RoomState,
} from '@aura/contract';
import type { AuraTrpc } from '../trpc.ts';
import type { FollowOptions } from './follow-conversation.ts';
import { followFeed } from './follow-feed.ts';

export interface FollowRoomOptions extends FollowOptions<RoomState> {
  /** Called before `onState` with a snapshot that was read: its cursor, and how far the reader had read. */
  onSnapshot?: (snapshot: { cursor: string; readSeq: number }) => void;
  /** Called before `onState` with the event that led there. */
  onEvent?: (event: RoomFeedEvent) => void;
}

/** Keeps a room current until it cannot be seen any more; see `followFeed`. Resolves then; never rejects. */
export function followRoom(trpc: AuraTrpc, roomId: string, options: FollowRoomOptions): Promise<void> {
  return followFeed<RoomState, RoomFeedEvent>({
    ...options,
    source: {
      async load(signal) {
        const snapshot = await trpc.chat.getRoom.query({ roomId }, { signal });
        if (!signal.aborted) options.onSnapshot?.(snapshot);
        return snapshot;
      },
      subscribe: (lastEventId, observer) => trpc.chat.events.subscribe({ roomId, lastEventId }, observer),
    },
    apply(state, event) {
      options.onEvent?.(event);
      return applyRoomEvent(state, event);
    },
    isOver: () => false,
  });
}

/** Keeps the caller's list of rooms current. `userId` is the caller's. Never rejects. */
export function followRoomList(
  trpc: AuraTrpc,
  userId: string,
  options: FollowOptions<RoomListItem[]>,
): Promise<void> {
  return followFeed<RoomListItem[] | null, RoomInboxEvent>({
    ...options,
    // Every start begins with the list as it stands: there is nothing to read before, and no place to resume from.
    source: {
      load: async () => ({ state: null, cursor: '' }),
      subscribe: (_cursor, observer) =>
        trpc.chat.inbox.subscribe(
          {},
          { ...observer, onData: ({ data }) => observer.onData({ id: '', data }) },
        ),
    },
    apply: (rooms, event) => applyToRoomList(rooms ?? [], event, { userId }),
    onState: (rooms) => {
      if (rooms !== null) options.onState(rooms);
    },
    isOver: () => false,
  });
}

/** Who is there and who types, by id of user. */
export interface Presence {
  online: ReadonlySet<string>;
  typing: ReadonlySet<string>;
}

/** Keeps current who is in a room right now. Never rejects. */
export function followPresence(
  trpc: AuraTrpc,
  roomId: string,
  options: FollowOptions<Presence>,
): Promise<void> {
  return followFeed<Presence, RoomEphemeralEvent>({
    ...options,
    source: {
      load: async () => ({ state: NOBODY, cursor: '' }),
      subscribe: (_cursor, observer) =>
        trpc.chat.ephemeral.subscribe(
          { roomId },
          { ...observer, onData: ({ data }) => observer.onData({ id: '', data }) },
        ),
    },
    apply: applyToPresence,
    isOver: () => false,
  });
}

export const NOBODY: Presence = { online: new Set(), typing: new Set() };

/** Who is there after one more word of it. */
function applyToPresence({ online, typing }: Presence, event: RoomEphemeralEvent): Presence {
  switch (event.type) {
    case 'now':
      return { online: new Set(event.data.online), typing: new Set(event.data.typing) };
    case 'changed': {
      const { data } = event;
      const gone = new Set(data.offline);
      return {
        online: new Set([...online, ...data.online]).difference(gone),
        typing: new Set([...typing, ...data.typing]).difference(gone).difference(new Set(data.stopped)),
      };
    }
  }
}
