import type { ConversationView } from '@aura/contract';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { livesOf } from '../live/lives.ts';
import { mergeConversations } from '../live/merge-conversations.ts';
import { useAura } from './aura-provider.ts';
import { type Paging, pagingOf } from './paging-of.ts';
import { AURA_QUERY, auraKeys } from './query-keys.ts';
import { useNews } from './use-news.ts';
import { useIdentityKey } from './use-session.ts';

export interface ConversationList extends Paging {
  /** Pinned first, then the one that changed last. */
  conversations: ConversationView[];
}

/** The user's conversations, kept current on every device. `query`: words that the title must have, all of them. */
export function useConversations({
  isArchived = false,
  query = '',
}: { isArchived?: boolean; query?: string } = {}): ConversationList {
  const client = useAura();
  const identityKey = useIdentityKey();
  const list = useInfiniteQuery({
    ...AURA_QUERY,
    queryKey: [...auraKeys.conversations(identityKey), { isArchived, query }],
    queryFn: ({ pageParam, signal }) =>
      client.conversation.list.query(
        {
          isArchived,
          ...(query === '' ? {} : { query }),
          ...(pageParam === null ? {} : { page: pageParam }),
        },
        { signal },
      ),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.nextPage,
    enabled: identityKey !== null,
    // The news keep it fresh.
    staleTime: Number.POSITIVE_INFINITY,
  });

  const feed = useMemo(() => livesOf(client).news(identityKey ?? ''), [client, identityKey]);
  const pages = list.data?.pages;
  const news = useNews(feed, { cursor: pages?.[0]?.cursor, queryKey: auraKeys.conversations(identityKey) });
  const conversations = useMemo(
    () => (pages === undefined ? [] : mergeConversations(pages, news, { isArchived, query })),
    [pages, news, isArchived, query],
  );
  return { conversations, ...pagingOf(list) };
}
