import type { Approvers, ApprovalView, DelegateInput } from '@aura/contract';
import { AppError, notFound } from '../../app-error.ts';
import type { CallerContext } from '../../context.ts';
import { type Tx, withTransaction } from '../../db/transaction.ts';
import { writeAudit } from '../audit/write-audit.ts';
import { recordEvents } from '../conversation/announce-conversation.ts';
import { approvalNotices } from './approval-notices.ts';
import { refusalToDecide } from './approval-policy.ts';
import { type ApprovalRow, replaceApprovers } from './approval-store.ts';
import { approvalView, approverColumns, approversOf } from './approval-view.ts';
import { holdApproval } from './hold-approval.ts';

/**
 * Has others decide: named members of the tenant (in a room: of the room, while they are in it), a role, or whom the room's
 * members or moderators are. Only those who may decide can hand it on; refusals are audited.
 */
export async function delegateApproval(
  ctx: CallerContext,
  { approvalId, approvers }: DelegateInput,
): Promise<ApprovalView> {
  const { tenantId } = ctx.caller;
  const delegated = await withTransaction(ctx, async (tx) => {
    const refused = async (error: AppError): Promise<AppError> => {
      const data = { reason: error.code, choice: 'delegate', byKey: ctx.caller.scopes !== null };
      await writeAudit(tx, ctx, { action: 'hitl.refused', subject: approvalId, data });
      return error;
    };
    const held = await holdApproval(tx, ctx.caller, approvalId);
    if (held === null) return await refused(notFound('approval'));
    const { row, viewer } = held;
    const refusal = refusalToDecide(approvalView(row), viewer);
    if (refusal !== null) return await refused(new AppError('FORBIDDEN', { message: refusal }));
    const over = overOf(row);
    if (over !== null) return await refused(over);
    const to = await assertThere(tx, row, { approvers, isInRoom: viewer.room !== null });
    const changed = await replaceApprovers(tx.db, { tenantId, approvalId }, approverColumns(to));
    await writeAudit(tx, ctx, {
      action: 'hitl.delegated',
      subject: approvalId,
      data: { to: approvers.kind },
    });
    const approval = approvalView(changed);
    const notices = await approvalNotices(tx.db, tenantId, [approval], approversOf(row));
    const event = { type: 'hitl', runId: row.runId, data: { approval } } as const;
    await recordEvents(tx, { id: row.conversationId, tenantId }, [event], notices);
    return approval;
  });
  if (delegated instanceof AppError) throw delegated;
  return delegated;
}

/** Why there is nothing to hand on any more; null when there is. */
function overOf(row: ApprovalRow & { isOverdue: boolean }): AppError | null {
  const { status, decidedBy } = row;
  const decision = { status, decidedBy, decidedAt: row.decidedAt?.toISOString() ?? null };
  if (status === 'expired' || (status === 'pending' && row.isOverdue)) {
    return new AppError('APPROVAL_EXPIRED', {
      message: 'Nobody decided in time, so there is nothing to hand on.',
      decision,
    });
  }
  if (status === 'pending') return null;
  return new AppError('APPROVAL_DECIDED', {
    message: 'This has been decided already, so there is nothing to hand on.',
    decision,
  });
}

/** Those it is handed to, who must be where the run is. */
async function assertThere(
  { db }: Tx,
  { tenantId, conversationId }: ApprovalRow,
  { approvers, isInRoom }: { approvers: Approvers; isInRoom: boolean },
): Promise<Approvers> {
  if (approvers.kind === 'room' && !isInRoom) {
    throw new AppError('BAD_INPUT', { message: 'This was not asked in a room. Name users or a role.' });
  }
  if (approvers.kind !== 'users') return approvers;
  const wanted = new Set(approvers.userIds);
  let query = db
    .selectFrom('memberships')
    .select('userId')
    .where('tenantId', '=', tenantId)
    .where('userId', 'in', [...wanted])
    .where('removedAt', 'is', null)
    .where('role', '<>', 'guest');
  if (isInRoom) {
    query = query.where('userId', 'in', (eb) =>
      eb.selectFrom('roomMembers').select('roomMembers.userId').where('roomId', '=', conversationId),
    );
  }
  if ((await query.execute()).length < wanted.size) {
    throw new AppError('BAD_INPUT', {
      message: 'Some of these users are not members here who may decide. Leave them out.',
    });
  }
  return isInRoom ? { ...approvers, isRoomOnly: true } : approvers;
}
