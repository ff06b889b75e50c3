import type { ApprovalView, DelegateInput } from '@aura/contract';
import { AppError, notFound } from '../../app-error.ts';
import type { CallerContext } from '../../context.ts';
import { type Tx, withTransaction } from '../../db/transaction.ts';
import { writeAudit } from '../audit/write-audit.ts';
import { recordEvents } from '../conversation/announce-conversation.ts';
import { holdConversation } from '../conversation/hold-conversation.ts';
import { approvalNotices } from './approval-notices.ts';
import { maySee, refusalToDecide } from './approval-policy.ts';
import { findApproval, lockApproval } from './approval-store.ts';
import { approvalView, approverColumns } from './approval-view.ts';

/** Has others decide: named members of the tenant, or a role. Only those who may decide can hand it on. */
export async function delegateApproval(
  ctx: CallerContext,
  { approvalId, approvers }: DelegateInput,
): Promise<ApprovalView> {
  const { tenantId, userId } = ctx.caller;
  return await withTransaction(ctx, async (tx) => {
    const found = await findApproval(tx.db, { tenantId, approvalId });
    if (found === undefined || !maySee(approvalView(found), ctx.caller)) throw notFound('approval');
    await holdConversation(tx, found);
    const row = await lockApproval(tx.db, { tenantId, approvalId });
    if (row === undefined) throw notFound('approval');
    const refusal = refusalToDecide(approvalView(row), ctx.caller);
    if (refusal !== null) throw new AppError('FORBIDDEN', { message: refusal });
    if (row.status !== 'pending' || row.isOverdue) {
      const { status, decidedBy } = row;
      throw new AppError('APPROVAL_DECIDED', {
        message: 'This has been decided already, so there is nothing to hand on.',
        decision: { status, decidedBy, decidedAt: row.decidedAt?.toISOString() ?? null },
      });
    }
    if (approvers.kind === 'users') await assertMembers(tx, tenantId, approvers.userIds);
    const changed = await tx.db
      .updateTable('approvals')
      .set(approverColumns(approvers))
      .where('tenantId', '=', tenantId)
      .where('id', '=', approvalId)
      .returningAll()
      .executeTakeFirstOrThrow();
    await writeAudit(tx, ctx, {
      action: 'hitl.delegated',
      subject: approvalId,
      data: { to: approvers.kind },
    });
    const approval = approvalView(changed);
    const before = row.approverKind === 'users' ? row.approverIds : [];
    const notices = await approvalNotices(tx.db, tenantId, [approval], [userId, ...before]);
    const event = { type: 'hitl', runId: row.runId, data: { approval } } as const;
    await recordEvents(tx, { id: row.conversationId, tenantId }, [event], notices);
    return approval;
  });
}

async function assertMembers(tx: Tx, tenantId: string, userIds: readonly string[]): Promise<void> {
  const wanted = new Set(userIds);
  const members = await tx.db
    .selectFrom('memberships')
    .select('userId')
    .where('tenantId', '=', tenantId)
    .where('userId', 'in', [...wanted])
    .where('role', '<>', 'guest')
    .execute();
  if (members.length === wanted.size) return;
  throw new AppError('BAD_INPUT', {
    message: 'Some of these users are not members here who may decide. Leave them out.',
  });
}
