import type { AuraClient } from '../create-aura-client.ts';
import { followPresence, NOBODY, type Presence } from '../feed/follow-room.ts';
import { createStore } from '../store.ts';
import { createFollower } from './follower.ts';
import type { Running } from './share.ts';

export type SharedPresence = Running<Presence>;

/** Who is in a room right now, followed from `begin` to `end`. Nobody, while that is not known. */
export function createSharedPresence({
  client,
  roomId,
}: {
  client: AuraClient;
  roomId: string;
}): SharedPresence {
  const store = createStore(NOBODY);
  // What is only true for a moment is not shown after it: not over a lost connection either.
  const show = () => {
    const { state, error } = follower.get();
    store.set(error === null && state !== null ? state : NOBODY);
  };
  const follower = createFollower<Presence>({
    client,
    follow: (options) => followPresence(client.trpc, roomId, options),
    onForget: show,
    onChange: show,
  });
  return {
    get: store.get,
    subscribe: store.subscribe,
    begin: follower.begin,
    isDisposable: () => true,
    end: follower.end,
  };
}
