import type { ApprovalView } from '@aura/contract';
import type { en } from '../i18n/en.ts';

export type Outcome = keyof typeof en.approvals.outcome;

/** How a closed approval ended, as `userId` would tell it. One that is still pending counts as cancelled. */
export function outcomeOf(approval: ApprovalView, userId: string | null): Outcome {
  const who = approval.decidedBy !== null && approval.decidedBy === userId ? 'You' : 'Other';
  switch (approval.status) {
    case 'approved':
      return approval.editedArgs === null ? `approvedBy${who}` : `editedBy${who}`;
    case 'rejected':
      return `rejectedBy${who}`;
    case 'answered':
      return `answeredBy${who}`;
    case 'expired':
    case 'outdated':
      return approval.status;
    case 'pending':
    case 'cancelled':
      return 'cancelled';
  }
}
