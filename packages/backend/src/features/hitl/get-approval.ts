import type { ApprovalRef, ApprovalView } from '@aura/contract';
import { notFound } from '../../app-error.ts';
import type { CallerContext } from '../../context.ts';
import { withTransaction } from '../../db/transaction.ts';
import { redactFor } from '../chat/redact-for.ts';
import { viewerOf } from '../chat/room-standing.ts';
import { maySee } from './approval-policy.ts';
import { findApproval } from './approval-store.ts';
import { approvalView } from './approval-view.ts';

/** An approval as the caller may see it; NOT_FOUND when it is none of the caller's. */
export async function getApproval(ctx: CallerContext, { approvalId }: ApprovalRef): Promise<ApprovalView> {
  const { tenantId } = ctx.caller;
  return await withTransaction(ctx, async ({ db }) => {
    const row = await findApproval(db, { tenantId, approvalId });
    if (row === undefined) throw notFound('approval');
    const viewer = await viewerOf(db, ctx.caller, row.conversationId);
    const approval = approvalView(row);
    if (!maySee(approval, viewer)) throw notFound('approval');
    return redactFor(viewer).approval(approval);
  });
}
