import { z } from 'zod';
import { approvalStatusSchema, approversSchema, approvalViewSchema } from './approval.ts';
import {
  clientIdSchema,
  idSchema,
  instantSchema,
  jsonSchema,
  pageInputSchema,
  resumeSchema,
  roleSchema,
} from './primitives.ts';
import { toolRiskSchema } from './tool.ts';

const reasonSchema = z.string().trim().max(2_000);
const decision = {
  approvalId: idSchema,
  /** The hash of what the person saw; another one is refused. */
  argsHash: z.string().regex(/^[\da-f]{64}$/),
  /** Makes a repeated call harmless; by default the same decision of the same person is. */
  clientId: clientIdSchema.optional(),
};

export const approvalRefSchema = z.object({ approvalId: idSchema });
export const listApprovalsInputSchema = pageInputSchema.extend({
  /** Default: those the caller may decide now. `involved`: also those of the caller's own runs, whoever may decide. */
  scope: z.enum(['decidable', 'involved']).default('decidable'),
  status: approvalStatusSchema.optional(),
  conversationId: idSchema.optional(),
});
export const listApprovalsOutputSchema = z.object({
  approvals: z.array(approvalViewSchema),
  nextPage: z.string().nullable(),
  /** Where to start `hitl.inbox` so that nothing between this answer and the first event is missed. */
  cursor: z.string(),
});
export const approveInputSchema = z.object({
  ...decision,
  /** Execute with these instead; must fit the tool's schema. */
  editedArgs: jsonSchema.optional(),
  note: reasonSchema.optional(),
});
export const rejectInputSchema = z.object({
  ...decision,
  /** The model is told. */
  reason: reasonSchema.optional(),
});
export const respondInputSchema = z.object({
  ...decision,
  /** Given to the model as the result. For a question with options: one of them, or a text. */
  answer: jsonSchema,
});
export const delegateInputSchema = z.object({ approvalId: idSchema, approvers: approversSchema });
export const exportApprovalsInputSchema = z.object({
  from: instantSchema.optional(),
  to: instantSchema.optional(),
  conversationId: idSchema.optional(),
  format: z.enum(['json', 'csv']).default('json'),
});
export const exportApprovalsOutputSchema = z.object({ mediaType: z.string(), text: z.string() });
export const approvalInboxInputSchema = resumeSchema;

/** A comparison with one of the arguments; `path` is a JSON pointer such as `/amount`. */
export const argumentPredicateSchema = z.object({
  path: z
    .string()
    .regex(/^(\/[^/]*)*$/)
    .max(200),
  op: z.enum(['exists', 'eq', 'ne', 'lt', 'lte', 'gt', 'gte', 'in', 'startsWith', 'contains']),
  value: jsonSchema.optional(),
});
/**
 * The first rule that fits decides. Whatever a rule leaves out fits everything. A rule that allows holds for tainted
 * runs (strangers' text has reached the model) only when it says `isTainted: true`.
 */
export const policyRuleSchema = z.object({
  /** Names; a trailing `*` stands for any ending. */
  tools: z.array(z.string().min(1).max(120)).max(100).optional(),
  risks: z.array(toolRiskSchema).optional(),
  /** Of the user whose run it is. */
  roles: z.array(roleSchema).optional(),
  isTainted: z.boolean().optional(),
  args: z.array(argumentPredicateSchema).max(20).optional(),
  action: z.enum(['allow', 'ask', 'deny']),
  /** For `ask`; default the owner. */
  approvers: approversSchema.optional(),
  /** For `ask`; default 72 h. */
  expiresInSeconds: z.int().min(10).max(2_592_000).optional(),
});
export const approvalPolicySchema = z.object({ rules: z.array(policyRuleSchema).max(200) });
export const policyViewSchema = approvalPolicySchema.extend({
  /** Rises with every change; `setPolicy` names the one it changes. 0: never set. */
  version: z.int(),
  updatedAt: instantSchema.nullable(),
  updatedBy: idSchema.nullable(),
});
export const setPolicyInputSchema = approvalPolicySchema.extend({ version: z.int().nonnegative() });

export type ApprovalRef = z.infer<typeof approvalRefSchema>;
export type ListApprovalsInput = z.infer<typeof listApprovalsInputSchema>;
export type ListApprovalsOutput = z.infer<typeof listApprovalsOutputSchema>;
export type ApproveInput = z.infer<typeof approveInputSchema>;
export type RejectInput = z.infer<typeof rejectInputSchema>;
export type RespondInput = z.infer<typeof respondInputSchema>;
export type DelegateInput = z.infer<typeof delegateInputSchema>;
export type ExportApprovalsInput = z.infer<typeof exportApprovalsInputSchema>;
export type ExportApprovalsOutput = z.infer<typeof exportApprovalsOutputSchema>;
export type ApprovalInboxInput = z.infer<typeof approvalInboxInputSchema>;
export type ArgumentPredicate = z.infer<typeof argumentPredicateSchema>;
export type PolicyRule = z.infer<typeof policyRuleSchema>;
export type PolicyView = z.infer<typeof policyViewSchema>;
export type SetPolicyInput = z.infer<typeof setPolicyInputSchema>;
