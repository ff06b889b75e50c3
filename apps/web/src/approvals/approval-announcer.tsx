import { useApprovals } from '@aura/client/react';
import type { ApprovalView } from '@aura/contract';
import { type ReactElement, useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useApprovalTitle } from './use-approval-title.ts';

/** Tells a screen reader, on every page, of each decision that newly waits. What waited before is not read out. */
export function ApprovalAnnouncer(): ReactElement {
  const { t } = useTranslation();
  const { approvals, status } = useApprovals();
  const latestRef = useRef<string | null>(null);
  const title = useApprovalTitle();
  const [latest, setLatest] = useState<ApprovalView | null>(null);
  useEffect(() => {
    if (status === 'loading') return;
    const newest = approvals.toSorted((a, b) => (a.createdAt < b.createdAt ? -1 : 1)).at(-1);
    const before = latestRef.current;
    latestRef.current = newest?.createdAt ?? before ?? '';
    if (newest !== undefined && before !== null && newest.createdAt > before) {
      setLatest(newest);
    }
  }, [approvals, status]);
  return (
    <output className="visually-hidden" aria-live="polite">
      {latest !== null && t('approvals.announceNew', { title: title(latest) })}
    </output>
  );
}
