import { z } from 'zod';
import { idSchema, instantSchema, jsonSchema, roleSchema } from './primitives.ts';
import { toolRiskSchema } from './tool.ts';

/**
 * What a person is asked. `tool`: may the agent make this call? `question`: the agent asks something. `unknown`: a call
 * that must not be made twice was under way when the server died, so nobody knows whether it took effect.
 */
export const approvalKindSchema = z.enum(['tool', 'question', 'unknown']);
export type ApprovalKind = z.infer<typeof approvalKindSchema>;

/**
 * `pending` → one of the others, once. `answered`: a person gave the result instead of the tool. `outdated`: the tool
 * changed since it was asked for, so it is asked again. `cancelled`: its run ended.
 */
export const approvalStatusSchema = z.enum([
  'pending',
  'approved',
  'rejected',
  'answered',
  'expired',
  'cancelled',
  'outdated',
]);
export type ApprovalStatus = z.infer<typeof approvalStatusSchema>;

/** What may be done with it: approve as it stands, approve with other arguments, reject, or give the result oneself. */
export const approvalChoiceSchema = z.enum(['approve', 'edit', 'reject', 'respond']);
export type ApprovalChoice = z.infer<typeof approvalChoiceSchema>;

/**
 * Who may decide: the user whose run it is, certain users of the tenant, everyone with a role (admins always count), or,
 * for a run in a room, all who are in it then or its owners and moderators. `isRoomOnly`: those users only while they are in
 * the room, as the user whose run it is always must be.
 */
export const approversSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('owner') }),
  z.object({
    kind: z.literal('users'),
    userIds: z.array(idSchema).min(1).max(50),
    isRoomOnly: z.boolean().optional(),
  }),
  z.object({ kind: z.literal('role'), role: roleSchema.exclude(['guest']) }),
  z.object({ kind: z.literal('room'), who: z.enum(['members', 'moderators']) }),
]);
export type Approvers = z.infer<typeof approversSchema>;

/**
 * In a room with `hidesArgs`, those who may not decide are not told what it is about: `args`, `question`, `editedArgs` and
 * `answer` are null, `argsHash` is empty, and the title of a question names its tool alone.
 */
export const approvalViewSchema = z.object({
  id: idSchema,
  kind: approvalKindSchema,
  conversationId: idSchema,
  runId: idSchema,
  /** Whose run it is. */
  userId: idSchema,
  toolCallId: z.string(),
  toolName: z.string(),
  toolVersion: z.string(),
  risk: toolRiskSchema,
  /** One line that says what is asked for. */
  title: z.string(),
  /** The exact arguments, as the server read them: what is executed when it is approved unedited. */
  args: jsonSchema,
  /** SHA-256 (hex) of tool, version and arguments; a decision names it, so it cannot be for anything else. */
  argsHash: z.string(),
  /** Set for questions. */
  question: z.object({ text: z.string(), options: z.array(z.string()) }).nullable(),
  allowed: z.array(approvalChoiceSchema),
  approvers: approversSchema,
  status: approvalStatusSchema,
  createdAt: instantSchema,
  expiresAt: instantSchema,
  decidedAt: instantSchema.nullable(),
  /** Null when nobody decided: it expired or was cancelled. */
  decidedBy: idSchema.nullable(),
  reason: z.string().nullable(),
  /** The arguments it was approved with, when they were edited. */
  editedArgs: jsonSchema.nullable(),
  /** What the person gave as the result. */
  answer: jsonSchema.nullable(),
});
export type ApprovalView = z.infer<typeof approvalViewSchema>;
