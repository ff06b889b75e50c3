import type { RoomMessageView } from '@aura/contract';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useAura } from './aura-provider.ts';
import { type Paging, pagingOf } from './paging-of.ts';
import { AURA_QUERY, auraKeys } from './query-keys.ts';
import { useIdentityKey } from './use-session.ts';

export interface RoomSearch extends Paging {
  /** Newest first, replies in threads too. */
  messages: RoomMessageView[];
}

/** The messages of a room that have all the words of `query`, as they stood when they were asked for; none for an empty one. */
export function useRoomSearch({ roomId, query }: { roomId: string; query: string }): RoomSearch {
  const client = useAura();
  const identityKey = useIdentityKey();
  const list = useInfiniteQuery({
    ...AURA_QUERY,
    queryKey: [...auraKeys.rooms(identityKey), 'search', { roomId, query }],
    queryFn: ({ pageParam, signal }) =>
      client.chat.search.query(
        { query, roomId, ...(pageParam === null ? {} : { page: pageParam }) },
        { signal },
      ),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.nextPage,
    enabled: identityKey !== null && query !== '',
  });
  const hits = list.data?.pages.flatMap((page) => page.hits) ?? [];
  return { messages: hits.map(({ message }) => message), ...pagingOf(list) };
}
