import type { RoomListItem } from '@aura/contract';
import type { AuraClient } from '../create-aura-client.ts';
import { followRoomList } from '../feed/follow-room.ts';
import { createStore, type ReadableStore } from '../store.ts';
import { coalesce, FRAME_MS } from './coalesce.ts';
import { createFollower, type Followed } from './follower.ts';
import type { Running } from './share.ts';

/** The rooms that somebody is in, the one that somebody wrote in last comes first. */
export type InboxSnapshot = Followed<RoomListItem[]>;
export type SharedInbox = ReadableStore<InboxSnapshot> & Running<InboxSnapshot>;

/** The list of the rooms of whoever is signed in, followed from `begin` to `end`. */
export function createSharedInbox(client: AuraClient): SharedInbox {
  const follower = createFollower<RoomListItem[]>({
    client,
    follow: (options) => {
      const session = client.session.get();
      const userId = session.status === 'signedIn' ? session.identity.user.id : '';
      return followRoomList(client.trpc, userId, options);
    },
    onForget: () => now(),
    onChange: () => soon(),
  });
  // Live before the first word is not ready yet: there is nothing to show.
  const snapshot = (): InboxSnapshot => {
    const followed = follower.get();
    const isWaiting = followed.state === null && followed.status === 'ready';
    return isWaiting ? { ...followed, status: 'loading' } : followed;
  };
  const store = createStore(snapshot());
  const { soon, now, cancel } = coalesce(() => store.set(snapshot()), FRAME_MS);
  return {
    get: store.get,
    subscribe: store.subscribe,
    begin: follower.begin,
    isDisposable: () => true,
    end() {
      follower.end();
      cancel();
    },
  };
}
