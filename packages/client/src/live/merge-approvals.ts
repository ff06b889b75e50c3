import {
  type ApprovalInboxEvent,
  type ApprovalView,
  compareApprovals,
  type ListApprovalsOutput,
  parseCursor,
} from '@aura/contract';
import type { ApprovalNews } from './approval-news.ts';
import { newerThan, type NewsItem } from './news.ts';

export interface MergedApprovals {
  /** Those the user may decide now, the one that expires first at the head. */
  pending: ApprovalView[];
  /** Those the user could have decided and that were closed since the list was read, the newest first. */
  closed: ApprovalView[];
}

/**
 * The inbox as its pages and the news since add up to: what is newer of the two wins, per approval. One that the pages
 * do not hold shows up if it belongs between what they hold; beyond the last page it comes with its page.
 */
export function mergeApprovals(pages: readonly ListApprovalsOutput[], news: ApprovalNews): MergedApprovals {
  const pending = new Map<string, ApprovalView>();
  const closed = new Map<string, ApprovalView>();
  const add = ({ event }: NewsItem<ApprovalInboxEvent>) => {
    if (event.type === 'reset' || !event.data.mayDecide) return;
    const { approval } = event.data;
    (approval.status === 'pending' ? pending : closed).set(approval.id, approval);
  };
  for (const page of pages) {
    const read = parseCursor(page.cursor);
    for (const approval of page.approvals) {
      const latest = newerThan(read, news.items.get(approval.id));
      if (latest === null) pending.set(approval.id, approval);
      else add(latest);
    }
  }
  const last = pages.at(-1);
  const end = last?.nextPage === null ? undefined : last?.approvals.at(-1);
  const read = parseCursor(pages[0]?.cursor ?? '');
  for (const [id, item] of news.items) {
    if (pending.has(id) || newerThan(read, item) === null || item.event.type === 'reset') continue;
    const { approval } = item.event.data;
    if (approval.status !== 'pending' || end === undefined || compareApprovals(approval, end) < 0) add(item);
  }
  return {
    pending: [...pending.values()].toSorted(compareApprovals),
    closed: [...closed.values()].toSorted((a, b) => compareClosed(b, a)),
  };
}

function compareClosed(a: ApprovalView, b: ApprovalView): number {
  const [left, right] = [a.decidedAt ?? '', b.decidedAt ?? ''];
  if (left !== right) return left < right ? -1 : 1;
  return a.id < b.id ? -1 : 1;
}
