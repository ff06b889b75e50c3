import type { Approvers, ApprovalView } from '@aura/contract';
import type { ApprovalRow } from './approval-store.ts';

export function approvalView(row: ApprovalRow): ApprovalView {
  return {
    id: row.id,
    kind: row.kind,
    conversationId: row.conversationId,
    runId: row.runId,
    userId: row.userId,
    toolCallId: row.toolCallId,
    toolName: row.toolName,
    toolVersion: row.toolVersion,
    risk: row.risk,
    title: row.title,
    args: row.args,
    argsHash: row.argsHash,
    question: row.question,
    allowed: row.allowed,
    approvers: approversOf(row),
    status: row.status,
    createdAt: row.createdAt.toISOString(),
    expiresAt: row.expiresAt.toISOString(),
    decidedAt: row.decidedAt?.toISOString() ?? null,
    decidedBy: row.decidedBy,
    reason: row.reason,
    editedArgs: row.editedArgs,
    answer: row.answer,
  };
}

export function approversOf({
  approverKind,
  approverIds,
  approverRole,
  approverWho,
}: Pick<ApprovalRow, 'approverKind' | 'approverIds' | 'approverRole' | 'approverWho'>): Approvers {
  switch (approverKind) {
    case 'owner':
      return { kind: 'owner' };
    case 'users':
      return {
        kind: 'users',
        userIds: approverIds,
        ...(approverWho === null ? {} : { isRoomOnly: true }),
      };
    case 'role':
      return { kind: 'role', role: approverRole ?? 'admin' };
    case 'room':
      return { kind: 'room', who: approverWho ?? 'moderators' };
  }
}

/** The columns that say who may decide. */
export function approverColumns(
  approvers: Approvers,
): Pick<ApprovalRow, 'approverKind' | 'approverIds' | 'approverRole' | 'approverWho'> {
  return {
    approverKind: approvers.kind,
    approverIds: approvers.kind === 'users' ? approvers.userIds : [],
    approverRole: approvers.kind === 'role' ? approvers.role : null,
    approverWho: whoInRoom(approvers),
  };
}

/** Whose being in the room counts; null where that does not matter. */
function whoInRoom(approvers: Approvers): ApprovalRow['approverWho'] {
  switch (approvers.kind) {
    case 'room':
      return approvers.who;
    case 'users':
      return approvers.isRoomOnly === true ? 'members' : null;
    case 'owner':
    case 'role':
      return null;
  }
}
