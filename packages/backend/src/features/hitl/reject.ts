import type { ApprovalView, RejectInput } from '@aura/contract';
import type { CallerContext } from '../../context.ts';
import { decideApproval } from './decide-approval.ts';

/** Has the agent go on without the call; the reason reaches the model. */
export async function reject(ctx: CallerContext, input: RejectInput): Promise<ApprovalView> {
  return await decideApproval(ctx, input, { kind: 'reject', reason: input.reason });
}
