import type { ApprovalRef, ApprovalView } from '@aura/contract';
import { notFound } from '../../app-error.ts';
import type { CallerContext } from '../../context.ts';
import { withTransaction } from '../../db/transaction.ts';
import { maySee } from './approval-policy.ts';
import { findApproval } from './approval-store.ts';
import { approvalView } from './approval-view.ts';

export async function getApproval(ctx: CallerContext, { approvalId }: ApprovalRef): Promise<ApprovalView> {
  const { tenantId } = ctx.caller;
  const row = await withTransaction(ctx, async ({ db }) => await findApproval(db, { tenantId, approvalId }));
  if (row === undefined || !maySee(approvalView(row), ctx.caller)) throw notFound('approval');
  return approvalView(row);
}
