import type { RoomMessageView } from '@aura/contract';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { useAura } from './aura-provider.ts';
import { type Paging, pagingOf } from './paging-of.ts';
import { AURA_QUERY } from './query-keys.ts';
import { useMessagesBeside } from './use-messages-beside.ts';

export interface RoomSearch extends Paging {
  /** Newest first, replies in threads too. */
  messages: readonly RoomMessageView[];
}

/**
 * The messages of a room that had all the words of `query` when they were asked for, with what has happened to them since;
 * none for an empty one.
 */
export function useRoomSearch({ roomId, query }: { roomId: string; query: string }): RoomSearch {
  const client = useAura();
  const { scope, canRead, upToDate } = useMessagesBeside(roomId);
  const list = useInfiniteQuery({
    ...AURA_QUERY,
    queryKey: [...scope, 'search', query],
    queryFn: ({ pageParam, signal }) =>
      client.chat.search.query(
        { query, roomId, ...(pageParam === null ? {} : { page: pageParam }) },
        { signal },
      ),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.nextPage,
    enabled: canRead && query !== '',
  });
  const found = useMemo(
    () => list.data?.pages.flatMap(({ hits }) => hits.map(({ message }) => message)) ?? [],
    [list.data],
  );
  return { messages: useMemo(() => upToDate(found), [upToDate, found]), ...pagingOf(list) };
}
