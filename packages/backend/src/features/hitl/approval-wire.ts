import {
  approvalStatusSchema,
  approvalViewSchema,
  idSchema,
  listApprovalsOutputSchema,
} from '@aura/contract';
import { z } from 'zod';
import { answerAs, type RestAnswer, type RestRoute } from '../../trpc/rest-route.ts';

/** An approval under the names of `/api/aura`: a request, in a session, for an action. */
const requestSchema = approvalViewSchema.extend({
  requestId: idSchema,
  sessionId: idSchema,
  actionType: z.string(),
});

const requestOf = (approval: z.output<typeof approvalViewSchema>): z.input<typeof requestSchema> => ({
  requestId: approval.id,
  sessionId: approval.conversationId,
  actionType: approval.toolName,
  ...approval,
});

export const requestAnswer: RestAnswer = answerAs(approvalViewSchema, requestSchema, requestOf);

export const requestsAnswer: RestAnswer = answerAs(
  listApprovalsOutputSchema,
  z.object({ requests: z.array(requestSchema), nextPage: z.string().nullable() }),
  ({ approvals, nextPage }) => ({ requests: approvals.map(requestOf), nextPage }),
);

/** How it was decided. */
const decisionAnswer: RestAnswer = answerAs(
  approvalViewSchema,
  z.object({
    requestId: idSchema,
    sessionId: idSchema,
    status: approvalStatusSchema,
    reason: z.string().nullable().optional(),
  }),
  ({ id: requestId, conversationId: sessionId, status, reason }) => ({
    requestId,
    sessionId,
    status,
    ...(status === 'rejected' && { reason }),
  }),
);

/**
 * What both decisions share. Older clients name the request alone. That names what was shown: an approval's arguments
 * never change, what would change them makes a new one. A client that names the hash as well is held to it.
 */
export const DECISION: Pick<RestRoute, 'method' | 'family' | 'fills' | 'answer' | 'errors'> = {
  method: 'POST',
  family: 'envelope',
  fills: { from: 'hitl.get', fields: ['argsHash'] },
  answer: decisionAnswer,
  errors: { APPROVAL_DECIDED: { code: 'APPROVAL_ALREADY_DECIDED' } },
};
