import type { RoomBanView } from '@aura/contract';
import { useInfiniteQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { coalesce } from '../live/coalesce.ts';
import { livesOf } from '../live/lives.ts';
import { useAura } from './aura-provider.ts';
import { type Paging, pagingOf } from './paging-of.ts';
import { AURA_QUERY, auraKeys } from './query-keys.ts';
import { useIdentityKey } from './use-session.ts';

export interface RoomBans extends Paging {
  /** The one that was banned last comes first. */
  bans: RoomBanView[];
  /** Reads them anew, as far as they were read. */
  refresh: () => Promise<void>;
}

/** Many may come or be sent away at once. */
const REFRESH_MS = 500;

/**
 * Who may not come into a room, for its owners and moderators. Read anew whenever somebody comes or goes, and after
 * `useBan` and `useUnban`; that somebody else bans a person who is not there, nothing tells.
 */
export function useRoomBans({ roomId }: { roomId: string }): RoomBans {
  const client = useAura();
  const identityKey = useIdentityKey();
  const list = useInfiniteQuery({
    ...AURA_QUERY,
    queryKey: auraKeys.roomBans(identityKey, roomId),
    queryFn: ({ pageParam, signal }) =>
      client.chat.bans.query({ roomId, ...(pageParam === null ? {} : { page: pageParam }) }, { signal }),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.nextPage,
    enabled: identityKey !== null,
  });
  useRefreshOnComings(roomId);
  return {
    bans: list.data?.pages.flatMap(({ bans }) => bans) ?? [],
    async refresh() {
      await list.refetch();
    },
    ...pagingOf(list),
  };
}

function useRefreshOnComings(roomId: string): void {
  const client = useAura();
  const identityKey = useIdentityKey();
  const queryClient = useQueryClient();
  useEffect(() => {
    const queryKey = auraKeys.roomBans(identityKey, roomId);
    const { soon, cancel } = coalesce(() => void queryClient.invalidateQueries({ queryKey }), REFRESH_MS);
    const room = livesOf(client).room(roomId);
    const unwatch = room.watch({
      onSnapshot: soon,
      onEvent({ type }) {
        if (type === 'member_left' || type === 'member_joined') soon();
      },
    });
    // It is followed for as long as somebody looks.
    const unsubscribe = room.subscribe(() => undefined);
    return () => {
      unwatch();
      unsubscribe();
      cancel();
    };
  }, [client, queryClient, identityKey, roomId]);
}
