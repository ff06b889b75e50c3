import type { ApprovalView, DelegateInput } from '@aura/contract';
import { AppError, notFound } from '../../app-error.ts';
import type { CallerContext } from '../../context.ts';
import { type Tx, withTransaction } from '../../db/transaction.ts';
import { writeAudit } from '../audit/write-audit.ts';
import { recordEvents } from '../conversation/announce-conversation.ts';
import { holdConversation } from '../conversation/hold-conversation.ts';
import { approvalNotices } from './approval-notices.ts';
import { maySee, refusalToDecide } from './approval-policy.ts';
import { type ApprovalRow, findApproval, lockApproval, replaceApprovers } from './approval-store.ts';
import { approvalView, approverColumns, approversOf } from './approval-view.ts';
import { currentCaller } from './current-caller.ts';

/** Has others decide: named members of the tenant, or a role. Only those who may decide can hand it on; refusals are audited. */
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
    const caller = await currentCaller(tx, ctx.caller);
    const found = await findApproval(tx.db, { tenantId, approvalId });
    if (caller === null || found === undefined || !maySee(approvalView(found), caller)) {
      return await refused(notFound('approval'));
    }
    await holdConversation(tx, found);
    const row = await lockApproval(tx.db, { tenantId, approvalId });
    if (row === undefined) return await refused(notFound('approval'));
    const refusal = refusalToDecide(approvalView(row), caller);
    if (refusal !== null) return await refused(new AppError('FORBIDDEN', { message: refusal }));
    const over = overOf(row);
    if (over !== null) return await refused(over);
    if (approvers.kind === 'users') await assertMembers(tx, tenantId, approvers.userIds);
    const changed = await replaceApprovers(tx.db, { tenantId, approvalId }, approverColumns(approvers));
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

async function assertMembers(tx: Tx, tenantId: string, userIds: readonly string[]): Promise<void> {
  const wanted = new Set(userIds);
  const members = await tx.db
    .selectFrom('memberships')
    .select('userId')
    .where('tenantId', '=', tenantId)
    .where('userId', 'in', [...wanted])
    .where('removedAt', 'is', null)
    .where('role', '<>', 'guest')
    .execute();
  if (members.length === wanted.size) return;
  throw new AppError('BAD_INPUT', {
    message: 'Some of these users are not members here who may decide. Leave them out.',
  });
}
