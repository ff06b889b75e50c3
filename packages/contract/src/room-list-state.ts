import type { AccountEvent } from './account.ts';
import { LIMITS } from './primitives.ts';
import type { RoomListItem } from './room.ts';

/** A message, as far as it counts in lists of rooms. */
export interface RoomNews {
  seq: number;
  authorId: string | null;
  /** A reply in a thread: counts only for those it mentions. */
  isReply: boolean;
  mentions: string[];
}

/**
 * What `chat.inbox` yields. `reset` comes first, at every start: the caller's rooms as they stand, so nothing that was
 * missed matters. `room_activity` comes once a second and room at most.
 */
export type RoomInboxEvent =
  | { type: 'reset'; data: { rooms: RoomListItem[] } }
  /** A room the caller has joined, or that has changed, as it stands. */
  | { type: 'room_listed'; data: { item: RoomListItem } }
  | { type: 'room_unlisted'; data: { roomId: string } }
  | { type: 'room_read'; data: Extract<AccountEvent, { type: 'room_read' }>['data'] }
  | {
      type: 'room_activity';
      data: {
        roomId: string;
        /** Null: none since the last word. */
        lastMessage: RoomListItem['lastMessage'];
        headSeq: number;
        /** What was posted since the last word, at most LIMITS.unreadMax; when there was more, room_listed comes instead. */
        news: RoomNews[];
      };
    };

/** The order `chat.listRooms` answers in: the one that somebody wrote in last comes first. */
export function compareRooms(a: RoomListItem, b: RoomListItem): number {
  const [newer, older] = [lastAt(a), lastAt(b)];
  if (newer !== older) return newer > older ? -1 : 1;
  return a.room.id > b.room.id ? -1 : 1;
}

const lastAt = ({ lastMessage, room }: RoomListItem): string => lastMessage?.at ?? room.createdAt;

/** The caller's rooms after one more event. Pure; `userId` is the caller's. */
export function applyToRoomList(
  rooms: RoomListItem[],
  event: RoomInboxEvent,
  { userId }: { userId: string },
): RoomListItem[] {
  switch (event.type) {
    case 'reset':
      return event.data.rooms;
    case 'room_listed': {
      const { item } = event.data;
      return [...rooms.filter(({ room }) => room.id !== item.room.id), item].toSorted(compareRooms);
    }
    case 'room_unlisted':
      return rooms.filter(({ room }) => room.id !== event.data.roomId);
    case 'room_read': {
      const { roomId, ...read } = event.data;
      return rooms.map((item) =>
        item.room.id === roomId && item.readSeq <= read.readSeq ? { ...item, ...read } : item,
      );
    }
    case 'room_activity': {
      const { roomId } = event.data;
      return rooms
        .map((item) => (item.room.id === roomId ? withNews(item, event.data, userId) : item))
        .toSorted(compareRooms);
    }
  }
}

type Activity = Extract<RoomInboxEvent, { type: 'room_activity' }>['data'];

function withNews(
  item: RoomListItem,
  { lastMessage, headSeq, news }: Activity,
  userId: string,
): RoomListItem {
  const counted = Math.max(item.readSeq, item.headSeq);
  const fresh = news.filter(({ seq, authorId }) => seq > counted && authorId !== userId);
  const mentions = fresh.filter((message) => message.mentions.includes(userId));
  const isNewer = lastMessage !== null && lastMessage.seq > (item.lastMessage?.seq ?? 0);
  return {
    ...item,
    headSeq: Math.max(item.headSeq, headSeq),
    lastMessage: isNewer ? lastMessage : item.lastMessage,
    unreadCount: capped(item.unreadCount + fresh.filter(({ isReply }) => !isReply).length),
    mentionCount: capped(item.mentionCount + mentions.length),
  };
}

const capped = (count: number): number => Math.min(count, LIMITS.unreadMax);
