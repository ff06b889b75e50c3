import type { ApprovalView, ApproveInput } from '@aura/contract';
import type { CallerContext } from '../../context.ts';
import { decideApproval } from './decide-approval.ts';

/** Lets the agent make the call, with these arguments instead when some are given. */
export async function approve(ctx: CallerContext, input: ApproveInput): Promise<ApprovalView> {
  const { editedArgs, note } = input;
  return await decideApproval(ctx, input, { kind: 'approve', editedArgs, note });
}
