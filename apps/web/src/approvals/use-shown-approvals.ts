import type { ApprovalInbox } from '@aura/client/react';
import { type ApprovalView, compareApprovals } from '@aura/contract';
import { useMemo, useState } from 'react';

/**
 * What an inbox shows: what is pending, and in its old place what was pending while the page was open, so that nothing
 * moves under the pointer when somebody decides.
 */
export function useShownApprovals({
  approvals,
  closed,
}: Pick<ApprovalInbox, 'approvals' | 'closed'>): ApprovalView[] {
  const [seen, setSeen] = useState<ReadonlySet<string>>(new Set());
  const fresh = approvals.filter(({ id }) => !seen.has(id));
  if (fresh.length > 0) setSeen(new Set([...seen, ...fresh.map(({ id }) => id)]));
  return useMemo(
    () => [...approvals, ...closed.filter(({ id }) => seen.has(id))].toSorted(compareApprovals),
    [approvals, closed, seen],
  );
}
