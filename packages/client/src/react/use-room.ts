import { useMemo } from 'react';
import { livesOf } from '../live/lives.ts';
import type { RoomActions } from '../live/room-actions.ts';
import type { RoomSnapshot } from '../live/room-snapshot.ts';
import { useAura } from './aura-provider.ts';
import { useUserId } from './use-session.ts';
import { useStore } from './use-store.ts';

export interface LiveRoom extends RoomSnapshot, RoomActions {
  /** The same actions together; they stay the same as long as the id does. */
  actions: RoomActions;
  /** Who is there right now, by id of user. */
  online: ReadonlySet<string>;
  /** Who is typing, oneself aside. */
  typing: ReadonlySet<string>;
}

/**
 * A room, kept current while it is shown. All views of the same one share a subscription. The actions keep their
 * identity as long as the id does.
 */
export function useRoom(roomId: string): LiveRoom {
  const client = useAura();
  const userId = useUserId();
  const shared = useMemo(() => livesOf(client).room(roomId), [client, roomId]);
  const snapshot = useStore(shared);
  const { online, typing } = useStore(useMemo(() => livesOf(client).presence(roomId), [client, roomId]));
  return useMemo(() => {
    const { actions } = shared;
    const others = typing.difference(new Set([userId]));
    return { ...snapshot, ...actions, actions, online, typing: others };
  }, [shared, snapshot, online, typing, userId]);
}
