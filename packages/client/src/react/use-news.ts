import { type QueryKey, useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import type { News, NewsFeed } from '../live/news.ts';
import { useStore } from './use-store.ts';

/**
 * What happened since the lists under `queryKey` were read, the first page of which came with `cursor`. When news were
 * missed, the lists are read again.
 */
export function useNews<E>(
  feed: NewsFeed<E>,
  { cursor, queryKey }: { cursor: string | undefined; queryKey: QueryKey },
): News<E> {
  const queryClient = useQueryClient();
  const news = useStore(feed);
  useEffect(() => (cursor === undefined ? undefined : feed.attach(cursor)), [feed, cursor]);

  const seen = useRef({ feed, resets: news.resets });
  const keyRef = useRef(queryKey);
  useEffect(() => {
    keyRef.current = queryKey;
  });
  useEffect(() => {
    const isMissing = seen.current.feed === feed && seen.current.resets !== news.resets;
    seen.current = { feed, resets: news.resets };
    if (isMissing) void queryClient.invalidateQueries({ queryKey: keyRef.current });
  }, [queryClient, feed, news.resets]);
  return news;
}
