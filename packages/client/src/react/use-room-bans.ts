import type { RoomBanView } from '@aura/contract';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useAura } from './aura-provider.ts';
import { type Paging, pagingOf } from './paging-of.ts';
import { AURA_QUERY, auraKeys, previousWithin } from './query-keys.ts';
import { useIdentityKey } from './use-session.ts';

export interface RoomBans extends Paging {
  /** The one that was banned last comes first. */
  bans: RoomBanView[];
  /** Reads them anew, as far as they were read. */
  refresh: () => Promise<void>;
}

/**
 * Who may not come into a room, as it stood when it was asked for; for its owners and moderators. `revision`: read anew
 * whenever it changes.
 */
export function useRoomBans({ roomId, revision = 0 }: { roomId: string; revision?: number }): RoomBans {
  const client = useAura();
  const identityKey = useIdentityKey();
  const scope = [...auraKeys.rooms(identityKey), 'bans', roomId];
  const list = useInfiniteQuery({
    ...AURA_QUERY,
    queryKey: [...scope, revision],
    queryFn: ({ pageParam, signal }) =>
      client.chat.bans.query({ roomId, ...(pageParam === null ? {} : { page: pageParam }) }, { signal }),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.nextPage,
    placeholderData: previousWithin(scope),
    enabled: identityKey !== null,
  });
  return {
    bans: list.data?.pages.flatMap(({ bans }) => bans) ?? [],
    async refresh() {
      await list.refetch();
    },
    ...pagingOf(list),
  };
}
