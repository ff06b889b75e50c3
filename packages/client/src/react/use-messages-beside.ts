import type { RoomMessageView } from '@aura/contract';
import { useMemo } from 'react';
import { livesOf } from '../live/lives.ts';
import type { RoomSnapshot } from '../live/room-snapshot.ts';
import { useAura } from './aura-provider.ts';
import { auraKeys } from './query-keys.ts';
import { useIdentityKey } from './use-session.ts';
import { useStore } from './use-store.ts';

export interface MessagesBeside {
  room: RoomSnapshot;
  /** Begins the key of a query that reads messages: of one identity, one room and one of its snapshots. */
  scope: readonly unknown[];
  /** Whether it is known what such a query is beside; what it answers for a room that cannot be read is its own affair. */
  canRead: boolean;
  /** What was read under such a key, with everything that has happened to it since. Another function whenever that may differ. */
  upToDate: (messages: readonly RoomMessageView[]) => readonly RoomMessageView[];
}

/** For messages of a room that are read beside its own list: the room is followed, and what happens in it happens to them. */
export function useMessagesBeside(roomId: string): MessagesBeside {
  const client = useAura();
  const identityKey = useIdentityKey();
  const shared = useMemo(() => livesOf(client).room(roomId), [client, roomId]);
  const room = useStore(shared);
  return useMemo(
    () => ({
      room,
      scope: [...auraKeys.rooms(identityKey), roomId, room.snapshotNumber],
      canRead: identityKey !== null && room.status !== 'loading',
      upToDate: (messages) => shared.upToDate(messages),
    }),
    [shared, room, identityKey, roomId],
  );
}
