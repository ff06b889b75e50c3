import type { Caller } from '../../context.ts';
import type { Tx } from '../../db/transaction.ts';
import { keepRoomStanding, type Viewer, viewerOf } from '../chat/room-standing.ts';
import { holdConversation } from '../conversation/hold-conversation.ts';
import { maySee } from './approval-policy.ts';
import { type ApprovalRow, findApproval, lockApproval } from './approval-store.ts';
import { approvalView } from './approval-view.ts';
import { currentCaller } from './current-caller.ts';

export interface HeldApproval {
  row: ApprovalRow & { isOverdue: boolean };
  /** The caller as the database knows them: their role in the tenant, and in the room the run belongs to. */
  viewer: Viewer;
}

/**
 * Locks an approval and what a decision about it rests on: until the transaction ends nobody else decides it, and nobody
 * leaves the room or gets another role there. Null when it does not exist for this caller.
 */
export async function holdApproval(tx: Tx, caller: Caller, approvalId: string): Promise<HeldApproval | null> {
  const { tenantId } = caller;
  const current = await currentCaller(tx, caller);
  const found = await findApproval(tx.db, { tenantId, approvalId });
  if (current === null || found === undefined) return null;
  const { conversationId } = found;
  // Before any lock: strangers hold up nobody.
  if (!maySee(approvalView(found), await viewerOf(tx.db, current, conversationId))) return null;
  await holdConversation(tx, found);
  const { userId, role } = current;
  const room = await keepRoomStanding(tx.db, { tenantId, conversationId, userId });
  const viewer: Viewer = { userId, role, room };
  const row = await lockApproval(tx.db, { tenantId, approvalId });
  if (row === undefined || !maySee(approvalView(row), viewer)) return null;
  return { row, viewer };
}
