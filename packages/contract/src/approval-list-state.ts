import type { AccountEvent } from './account.ts';
import type { ApprovalView } from './approval.ts';

/** What `hitl.inbox` yields. `reset`: the cursor was of no use, so load the list again. */
export type ApprovalInboxEvent =
  | Extract<AccountEvent, { type: 'approval_changed' }>
  | { type: 'reset'; seq: number; data: Record<string, never> };

/** The order `hitl.list` answers in. */
export function compareApprovals(a: ApprovalView, b: ApprovalView): number {
  if (a.expiresAt !== b.expiresAt) return a.expiresAt < b.expiresAt ? -1 : 1;
  return a.id < b.id ? -1 : 1;
}
