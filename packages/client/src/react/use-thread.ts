import { useMemo } from 'react';
import { livesOf } from '../live/lives.ts';
import type { RoomActions } from '../live/room-actions.ts';
import type { ThreadSnapshot } from '../live/shared-thread.ts';
import { useAura } from './aura-provider.ts';
import { useStore } from './use-store.ts';

export interface LiveThread extends ThreadSnapshot {
  /** Loads the page of replies before the oldest one; after a failure, tries again. */
  loadOlder: () => void;
  /** Once it is ready: loads older replies until the one at `seq` is among them. Answers whether it came to that. */
  loadUntil: (seq: number) => Promise<boolean>;
  /** Replies; see `useRoom`. */
  reply: (draft: Omit<Parameters<RoomActions['send']>[0], 'threadOf'>) => string;
}

/** A message of a room with the replies to it, kept current while they are shown. */
export function useThread(roomId: string, messageId: string): LiveThread {
  const client = useAura();
  const shared = useMemo(() => livesOf(client).thread(roomId, messageId), [client, roomId, messageId]);
  const snapshot = useStore(shared);
  const actions = useMemo(() => {
    const room = livesOf(client).room(roomId);
    return {
      loadOlder: shared.loadOlder,
      loadUntil: shared.loadUntil,
      reply: (draft: Parameters<LiveThread['reply']>[0]) =>
        room.actions.send({ ...draft, threadOf: messageId }),
    };
  }, [client, shared, roomId, messageId]);
  return useMemo(() => ({ ...snapshot, ...actions }), [snapshot, actions]);
}
