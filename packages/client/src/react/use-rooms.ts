import type { ListRoomsInput, RoomListItem } from '@aura/contract';
import { useInfiniteQuery } from '@tanstack/react-query';
import { type AuraError, toAuraError } from '../aura-error.ts';
import { useAura } from './aura-provider.ts';
import { AURA_QUERY, auraKeys } from './query-keys.ts';
import { useIdentityKey } from './use-session.ts';

export interface RoomDirectory {
  /** The one that somebody wrote in last comes first; `role` is null for those the user is not in. */
  rooms: RoomListItem[];
  status: 'loading' | 'ready' | 'error';
  error: AuraError | null;
  hasMore: boolean;
  /** Loads the next page; after a failure of the first one, tries that again. */
  loadMore: () => void;
  isLoadingMore: boolean;
}

/**
 * Rooms to look through, as they stood when they were asked for: `public`, those that anybody may join, or `mine`, also
 * archived ones. `query`: words that the name must have, all of them. What is live is `useInbox`.
 */
export function useRooms({
  scope,
  isArchived = false,
  query = '',
}: Pick<ListRoomsInput, 'scope'> & { isArchived?: boolean; query?: string }): RoomDirectory {
  const client = useAura();
  const identityKey = useIdentityKey();
  const list = useInfiniteQuery({
    ...AURA_QUERY,
    queryKey: [...auraKeys.rooms(identityKey), { scope, isArchived, query }],
    queryFn: ({ pageParam, signal }) =>
      client.chat.listRooms.query(
        {
          scope,
          isArchived,
          ...(query === '' ? {} : { query }),
          ...(pageParam === null ? {} : { page: pageParam }),
        },
        { signal },
      ),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.nextPage,
    enabled: identityKey !== null,
  });
  const { data, hasNextPage, isFetchingNextPage, fetchNextPage, refetch } = list;
  return {
    rooms: data?.pages.flatMap(({ rooms }) => rooms) ?? [],
    status: list.isPending ? 'loading' : list.isError ? 'error' : 'ready',
    error: list.error === null ? null : toAuraError(list.error),
    hasMore: hasNextPage,
    loadMore() {
      if (data === undefined) void refetch();
      else if (hasNextPage && !isFetchingNextPage) void fetchNextPage();
    },
    isLoadingMore: isFetchingNextPage,
  };
}
