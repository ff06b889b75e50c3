import { AGENT_NAME, type RoomListItem } from '@aura/contract';
import type { ListedRoom } from './room-list-store.ts';
import { roomView } from './room-view.ts';

export function roomListItem(row: ListedRoom): RoomListItem {
  const { role, readSeq, headSeq, memberCount, unreadCount, mentionCount, lastMessage } = row;
  return {
    room: roomView(row),
    memberCount,
    role,
    readSeq,
    headSeq,
    unreadCount,
    mentionCount,
    lastMessage:
      lastMessage === null
        ? null
        : {
            ...lastMessage,
            authorName: lastMessage.authorName ?? AGENT_NAME,
            at: lastMessage.at.toISOString(),
          },
  };
}
