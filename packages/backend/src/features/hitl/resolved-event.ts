import type { RunEvent } from '@aura/contract';
import type { Unplaced } from '../../realtime/event.ts';
import type { ApprovalRow } from './approval-store.ts';

/** The event that says how an approval ended. */
export function resolvedEvent(row: ApprovalRow): Unplaced<RunEvent> {
  if (row.status === 'pending' || row.decidedAt === null) throw new Error('the approval is still pending');
  return {
    type: 'hitl_resolved',
    runId: row.runId,
    data: {
      approvalId: row.id,
      userId: row.userId,
      status: row.status,
      decidedBy: row.decidedBy,
      decidedAt: row.decidedAt.toISOString(),
      reason: row.reason,
      editedArgs: row.editedArgs,
      answer: row.answer,
    },
  };
}
