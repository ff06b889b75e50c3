import type { UseInfiniteQueryResult } from '@tanstack/react-query';
import { type AuraError, toAuraError } from '../aura-error.ts';

/** How far a list has come that is read in pages. */
export interface Paging {
  status: 'loading' | 'ready' | 'error';
  error: AuraError | null;
  hasMore: boolean;
  /** Loads the next page; after a failure of the first one, tries that again. */
  loadMore: () => void;
  isLoadingMore: boolean;
}

export function pagingOf(list: UseInfiniteQueryResult): Paging {
  const { data, hasNextPage, isFetchingNextPage, fetchNextPage, refetch } = list;
  return {
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
