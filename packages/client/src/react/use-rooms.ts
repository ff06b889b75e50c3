import type { ListRoomsInput, RoomListItem } from '@aura/contract';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useAura } from './aura-provider.ts';
import { type Paging, pagingOf } from './paging-of.ts';
import { AURA_QUERY, auraKeys } from './query-keys.ts';
import { useIdentityKey } from './use-session.ts';

export interface RoomDirectory extends Paging {
  /** The one that somebody wrote in last comes first; `role` is null for those the user is not in. */
  rooms: RoomListItem[];
}

/**
 * Rooms to look through, as they stood when they were asked for: `public`, those that anybody may join, or `mine`, also
 * archived ones. `query`: words that the name must have, all of them. `roomId`: that one alone, archived or not. What is live is `useInbox`.
 */
export function useRooms({
  scope,
  isArchived = false,
  query = '',
  roomId,
}: Pick<ListRoomsInput, 'scope' | 'roomId'> & { isArchived?: boolean; query?: string }): RoomDirectory {
  const client = useAura();
  const identityKey = useIdentityKey();
  const list = useInfiniteQuery({
    ...AURA_QUERY,
    queryKey: [...auraKeys.rooms(identityKey), { scope, isArchived, query, roomId }],
    queryFn: ({ pageParam, signal }) =>
      client.chat.listRooms.query(
        {
          scope,
          isArchived,
          roomId,
          ...(query === '' ? {} : { query }),
          ...(pageParam === null ? {} : { page: pageParam }),
        },
        { signal },
      ),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.nextPage,
    enabled: identityKey !== null,
  });
  return { rooms: list.data?.pages.flatMap(({ rooms }) => rooms) ?? [], ...pagingOf(list) };
}
