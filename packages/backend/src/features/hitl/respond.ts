import type { ApprovalView, RespondInput } from '@aura/contract';
import type { CallerContext } from '../../context.ts';
import { decideApproval } from './decide-approval.ts';

/** Answers a question, or gives the result of a call that is then not made. */
export async function respond(ctx: CallerContext, input: RespondInput): Promise<ApprovalView> {
  return await decideApproval(ctx, input, { kind: 'respond', answer: input.answer });
}
