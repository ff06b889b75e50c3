import type { RoomListItem } from '@aura/contract';
import { useMemo } from 'react';
import type { AuraError } from '../aura-error.ts';
import { livesOf } from '../live/lives.ts';
import type { LiveStatus } from '../live/live-status.ts';
import { useAura } from './aura-provider.ts';
import { useStore } from './use-store.ts';

export interface Inbox {
  /** The rooms that the user is in, archived ones aside; the one that somebody wrote in last comes first. */
  rooms: readonly RoomListItem[];
  /** Over all rooms; each counts up to `LIMITS.unreadMax`. */
  unreadCount: number;
  mentionCount: number;
  status: LiveStatus;
  error: AuraError | null;
}

const NO_ROOMS: readonly RoomListItem[] = [];

/** The user's rooms with what is unread in them, kept current on every device. */
export function useInbox(): Inbox {
  const client = useAura();
  const { state, status, error } = useStore(useMemo(() => livesOf(client).inbox(), [client]));
  return useMemo(() => {
    const rooms = state ?? NO_ROOMS;
    return {
      rooms,
      unreadCount: sum(rooms, ({ unreadCount }) => unreadCount),
      mentionCount: sum(rooms, ({ mentionCount }) => mentionCount),
      status,
      error,
    };
  }, [state, status, error]);
}

function sum(rooms: readonly RoomListItem[], count: (item: RoomListItem) => number): number {
  return rooms.reduce((total, item) => total + count(item), 0);
}
