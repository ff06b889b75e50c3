import {
  approvalInboxInputSchema,
  approvalRefSchema,
  approvalViewSchema,
  approveInputSchema,
  delegateInputSchema,
  exportApprovalsInputSchema,
  exportApprovalsOutputSchema,
  listApprovalsInputSchema,
  listApprovalsOutputSchema,
  policyViewSchema,
  rejectInputSchema,
  respondInputSchema,
  setPolicyInputSchema,
} from '@aura/contract';
import { signalOf } from '../../trpc/signal-of.ts';
import { adminProcedure, memberProcedure, router, userProcedure } from '../../trpc/trpc.ts';
import { approvalInbox } from './approval-inbox.ts';
import { DECISION, requestAnswer, requestsAnswer } from './approval-wire.ts';
import { approve } from './approve.ts';
import { decisionProcedure } from './decision-procedure.ts';
import { delegateApproval } from './delegate-approval.ts';
import { exportApprovals } from './export-approvals.ts';
import { getApproval } from './get-approval.ts';
import { getPolicy } from './get-policy.ts';
import { listApprovals } from './list-approvals.ts';
import { reject } from './reject.ts';
import { respond } from './respond.ts';
import { setPolicy } from './set-policy.ts';

export const hitlRouter = router({
  list: userProcedure
    .meta({
      rest: {
        method: 'GET',
        path: '/api/aura/hitl/requests',
        summary: 'What the caller may decide',
        family: 'envelope',
        answer: requestsAnswer,
      },
    })
    .input(listApprovalsInputSchema)
    .output(listApprovalsOutputSchema)
    .query(async ({ ctx, input }) => await listApprovals(ctx, input)),
  get: userProcedure
    .meta({
      rest: {
        method: 'GET',
        path: '/api/aura/hitl/requests/{approvalId}',
        summary: 'One request for a decision',
        family: 'envelope',
        answer: requestAnswer,
      },
    })
    .input(approvalRefSchema)
    .output(approvalViewSchema)
    .query(async ({ ctx, input }) => await getApproval(ctx, input)),
  approve: decisionProcedure
    .meta({
      rest: {
        ...DECISION,
        path: '/api/aura/hitl/approve/{approvalId}',
        summary: 'Lets the agent make the call, with other arguments when some are given',
        message: 'Request approved successfully',
      },
    })
    .input(approveInputSchema)
    .output(approvalViewSchema)
    .mutation(async ({ ctx, input }) => await approve(ctx, input)),
  reject: decisionProcedure
    .meta({
      rest: {
        ...DECISION,
        path: '/api/aura/hitl/reject/{approvalId}',
        summary: 'Has the agent go on without the call',
        message: 'Request rejected',
      },
    })
    .input(rejectInputSchema)
    .output(approvalViewSchema)
    .mutation(async ({ ctx, input }) => await reject(ctx, input)),
  respond: decisionProcedure
    .input(respondInputSchema)
    .output(approvalViewSchema)
    .mutation(async ({ ctx, input }) => await respond(ctx, input)),
  delegate: decisionProcedure
    .input(delegateInputSchema)
    .output(approvalViewSchema)
    .mutation(async ({ ctx, input }) => await delegateApproval(ctx, input)),
  export: memberProcedure
    .input(exportApprovalsInputSchema)
    .output(exportApprovalsOutputSchema)
    .mutation(async ({ ctx, input }) => await exportApprovals(ctx, input)),
  policy: adminProcedure.output(policyViewSchema).query(async ({ ctx }) => await getPolicy(ctx)),
  setPolicy: adminProcedure
    .input(setPolicyInputSchema)
    .output(policyViewSchema)
    .mutation(async ({ ctx, input }) => await setPolicy(ctx, input)),
  inbox: userProcedure
    .input(approvalInboxInputSchema)
    .subscription(({ ctx, input, signal }) => approvalInbox(ctx, input, signalOf(signal))),
});
