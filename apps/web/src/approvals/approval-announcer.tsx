import { useApprovals } from '@aura/client/react';
import type { ApprovalView } from '@aura/contract';
import { type ReactElement, useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { outcomeOf } from './outcome-of.ts';
import { useApprovalTitle } from './use-approval-title.ts';
import { useMe } from './use-me.ts';

/**
 * Tells a screen reader, on every page, of each decision that newly waits and of how it ended. What waited before the
 * page opened is not read out.
 */
export function ApprovalAnnouncer(): ReactElement {
  const { t } = useTranslation();
  const { approvals, closed, status } = useApprovals();
  const me = useMe();
  const title = useApprovalTitle();
  const heardRef = useRef<{ createdAt: string; decidedAt: string } | null>(null);
  const [news, setNews] = useState<ApprovalView | null>(null);
  useEffect(() => {
    if (status !== 'ready') return;
    const before = heardRef.current;
    const newest = approvals.toSorted((a, b) => (a.createdAt < b.createdAt ? -1 : 1)).at(-1);
    const [ended] = closed;
    heardRef.current = {
      createdAt: newest?.createdAt ?? before?.createdAt ?? '',
      decidedAt: ended?.decidedAt ?? before?.decidedAt ?? '',
    };
    if (before === null) return;
    if (newest !== undefined && newest.createdAt > before.createdAt) setNews(newest);
    else if ((ended?.decidedAt ?? '') > before.decidedAt) setNews(ended ?? null);
  }, [approvals, closed, status]);
  return (
    <output className="visually-hidden" aria-live="polite">
      {news?.status === 'pending' && t('approvals.announceNew', { title: title(news) })}
      {news !== null &&
        news.status !== 'pending' &&
        t('approvals.announceClosed', {
          outcome: t(`approvals.outcome.${outcomeOf(news, me?.userId ?? null)}`),
          title: title(news),
        })}
    </output>
  );
}
