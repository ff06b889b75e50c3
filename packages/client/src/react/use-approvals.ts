import type { ApprovalView } from '@aura/contract';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { livesOf } from '../live/lives.ts';
import { mergeApprovals } from '../live/merge-approvals.ts';
import { useAura } from './aura-provider.ts';
import { type Paging, pagingOf } from './paging-of.ts';
import { AURA_QUERY, auraKeys } from './query-keys.ts';
import { type DecisionsHandle, useDecisions } from './use-decisions.ts';
import { useNews } from './use-news.ts';
import { useIdentityKey } from './use-session.ts';

export interface ApprovalInbox extends DecisionsHandle, Paging {
  /** What waits for the user's decision, the one that expires first at the head. */
  approvals: ApprovalView[];
  /** What was waiting and was closed since the list was read, by whomever, the newest first. */
  closed: ApprovalView[];
  /** How many of `approvals` are known; there are more when `hasMore`. */
  count: number;
}

/** Everything that waits for the user, over all conversations, kept current on every device. */
export function useApprovals(): ApprovalInbox {
  const client = useAura();
  const identityKey = useIdentityKey();
  const queryKey = auraKeys.approvals(identityKey);
  const list = useInfiniteQuery({
    ...AURA_QUERY,
    queryKey,
    queryFn: ({ pageParam, signal }) =>
      client.hitl.list.query(
        { status: 'pending', ...(pageParam === null ? {} : { page: pageParam }) },
        { signal },
      ),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.nextPage,
    enabled: identityKey !== null,
    // The news keep it fresh.
    staleTime: Number.POSITIVE_INFINITY,
  });
  const feed = useMemo(() => livesOf(client).approvals(identityKey ?? ''), [client, identityKey]);
  const pages = list.data?.pages;
  const news = useNews(feed, { cursor: pages?.[0]?.cursor, queryKey });
  const { pending, closed } = useMemo(() => mergeApprovals(pages ?? [], news), [pages, news]);
  const deciding = useDecisions();
  return {
    ...deciding,
    approvals: pending,
    closed,
    count: pending.length,
    ...pagingOf(list),
  };
}
