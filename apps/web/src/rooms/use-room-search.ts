import type { RoomMessageView } from '@aura/contract';
import { useAura } from '@aura/client/react';
import { useDebouncedValue } from '@mantine/hooks';
import { useInfiniteQuery } from '@tanstack/react-query';

export interface RoomSearch {
  /** What is searched for; empty: nothing yet. */
  query: string;
  /** Newest first. */
  messages: readonly RoomMessageView[];
  status: 'pending' | 'error' | 'success';
  error: Error | null;
  retry: () => void;
  hasMore: boolean;
  isLoadingMore: boolean;
  loadMore: () => void;
}

const TYPING_MS = 250;

/** The messages of a room, replies too, that have all the words; looked for once the typing rests. */
export function useRoomSearch(roomId: string, text: string): RoomSearch {
  const client = useAura();
  const [query] = useDebouncedValue(text.trim(), TYPING_MS);
  const found = useInfiniteQuery({
    queryKey: ['rooms', roomId, 'search', query],
    queryFn: ({ pageParam, signal }) =>
      client.chat.search.query(
        { query, roomId, ...(pageParam === null ? {} : { page: pageParam }) },
        { signal },
      ),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.nextPage,
    enabled: query !== '',
    retry: false,
  });
  return {
    query,
    messages: found.data?.pages.flatMap(({ hits }) => hits.map(({ message }) => message)) ?? [],
    status: found.status,
    error: found.error,
    retry: () => void found.refetch(),
    hasMore: found.hasNextPage,
    isLoadingMore: found.isFetchingNextPage,
    loadMore() {
      if (found.hasNextPage && !found.isFetchingNextPage) void found.fetchNextPage();
    },
  };
}
