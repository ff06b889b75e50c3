import type { ApprovalChoice, ApprovalStatus } from '@aura/contract';

/**
 * The states of an approval.
 *
 *   pending ──approve──▶ approved     ├──reject──▶ rejected     ├──respond──▶ answered
 *           ├──expire───▶ expired     ├──cancel──▶ cancelled    └──outdate──▶ outdated
 *
 * Invariants, each kept by the database:
 * - The row is made in the transaction that appends `hitl` and sets the run to waiting: there is nothing to be told of
 *   before it exists. It leaves `pending` once, by a conditional update that names the hash of what was shown.
 * - The transaction that leaves `pending` appends `hitl_resolved` and makes a waiting run runnable.
 * - What is executed after `approved` is the row's own arguments (or the edited ones of the decision), by the version of
 *   the tool that was shown; a changed tool is asked for again.
 */
export type ApprovalTransition = 'approve' | 'reject' | 'respond' | 'expire' | 'cancel' | 'outdate';

const AFTER: Record<ApprovalTransition, Exclude<ApprovalStatus, 'pending'>> = {
  approve: 'approved',
  reject: 'rejected',
  respond: 'answered',
  expire: 'expired',
  cancel: 'cancelled',
  outdate: 'outdated',
};

/** The state after a transition, or null: only what is pending can change. */
export function approvalAfter(
  status: ApprovalStatus,
  by: ApprovalTransition,
): Exclude<ApprovalStatus, 'pending'> | null {
  return status === 'pending' ? AFTER[by] : null;
}

/** The transition a person's choice makes. */
export function transitionOf(choice: ApprovalChoice): 'approve' | 'reject' | 'respond' {
  return choice === 'edit' ? 'approve' : choice;
}
