import { z } from 'zod';
import { approvalStatusSchema, approvalViewSchema } from './approval.ts';
import { idSchema, instantSchema, jsonSchema } from './primitives.ts';

export const runStatusSchema = z.enum(['queued', 'running', 'waiting', 'completed', 'failed', 'cancelled']);
export type RunStatus = z.infer<typeof runStatusSchema>;
/** A run in one of these is still going to change. `waiting`: for a person, for as long as it takes. */
export const ACTIVE_RUN_STATUSES = ['queued', 'running', 'waiting'] as const satisfies readonly RunStatus[];

export const usageSchema = z.object({
  inputTokens: z.int(),
  outputTokens: z.int(),
});
export type Usage = z.infer<typeof usageSchema>;

/**
 * Why a run or an attempt failed. `loop_detected`: the agent did the same again and again. `poison`: whoever executes it
 * dies. `interrupted`: the server that answered went away (said by a model call that is made again).
 */
export const runErrorCodeSchema = z.enum([
  'provider_rate_limited',
  'provider_quota',
  'provider_overloaded',
  'provider_rejected',
  'provider_unauthorized',
  'provider_cut',
  'provider_stalled',
  'provider_garbage',
  'content_filtered',
  'context_too_long',
  'budget_exceeded',
  'loop_detected',
  'poison',
  'interrupted',
  'internal',
]);
export type RunErrorCode = z.infer<typeof runErrorCodeSchema>;
export const runErrorSchema = z.object({
  code: runErrorCodeSchema,
  message: z.string(),
  /** On an error in mid-run: another attempt follows. On the last one: sending again may work. */
  retryable: z.boolean(),
});
export type RunError = z.infer<typeof runErrorSchema>;

export const runViewSchema = z.object({
  id: idSchema,
  conversationId: idSchema,
  /** The message that asked for it. */
  messageId: idSchema,
  /** Of a run in a room: the message whose thread it was asked in, and answers in. Left out: in none, or before threads had runs. */
  threadOf: idSchema.optional(),
  model: z.string(),
  status: runStatusSchema,
  error: runErrorSchema.nullable(),
  createdAt: instantSchema,
  startedAt: instantSchema.nullable(),
  endedAt: instantSchema.nullable(),
});
export type RunView = z.infer<typeof runViewSchema>;

const eventOf = <T extends string, D extends z.ZodType>(type: T, data: D) =>
  z.object({ type: z.literal(type), seq: z.int(), at: instantSchema, runId: idSchema.nullable(), data });
export { eventOf };

export const planStepStatusSchema = z.enum(['pending', 'running', 'done', 'failed', 'skipped']);
export type PlanStepStatus = z.infer<typeof planStepStatusSchema>;
export const toolStatusSchema = z.enum(['started', 'succeeded', 'failed', 'unknown']);
export type ToolStatus = z.infer<typeof toolStatusSchema>;

/**
 * A piece of reasoning or answer. Pieces of one attempt join at `offset` (UTF-16 units); a higher attempt replaces, and
 * an empty piece of it takes back what was said.
 */
const pieceShape = { attempt: z.int(), offset: z.int() };

/**
 * Everything a run can say, in the order it happened. Every member carries `seq` (dense within its stream),
 * `at` and `runId`.
 */
export const runEventSchema = z.discriminatedUnion('type', [
  eventOf('run_created', z.object({ run: runViewSchema })),
  eventOf('run_started', z.object({ startedAt: instantSchema })),
  eventOf('thought', z.object({ stepId: z.string(), text: z.string(), ...pieceShape })),
  eventOf(
    'plan_step',
    z.object({ stepId: z.string(), index: z.int(), title: z.string(), status: z.literal('pending') }),
  ),
  eventOf(
    'plan_step_update',
    z.object({ stepId: z.string(), status: planStepStatusSchema, note: z.string().optional() }),
  ),
  /** In a room with `hidesArgs`, for those who may not decide: `args` is null, without `result` and `error`. */
  eventOf(
    'tool_execution',
    z.object({
      toolCallId: z.string(),
      toolName: z.string(),
      /** Whose run it is; set in rooms. */
      userId: idSchema.optional(),
      args: jsonSchema,
      status: toolStatusSchema,
      result: jsonSchema.optional(),
      error: z.string().optional(),
      durationMs: z.number().optional(),
    }),
  ),
  /** A person is asked; the same approval again: it has changed (it was delegated). */
  eventOf('hitl', z.object({ approval: approvalViewSchema })),
  /** In a room with `hidesArgs`, for those who may not decide: `editedArgs` and `answer` are null. */
  eventOf(
    'hitl_resolved',
    z.object({
      approvalId: idSchema,
      /** Whose run it is. */
      userId: idSchema.optional(),
      status: approvalStatusSchema.exclude(['pending']),
      decidedBy: idSchema.nullable(),
      decidedAt: instantSchema,
      reason: z.string().nullable(),
      editedArgs: jsonSchema.nullable(),
      answer: jsonSchema.nullable(),
    }),
  ),
  /** Nothing goes on before somebody decides; `run_started` says that it does. */
  eventOf('run_waiting', z.object({ approvalIds: z.array(idSchema) })),
  eventOf('content_delta', z.object({ messageId: idSchema, delta: z.string(), ...pieceShape })),
  eventOf(
    'content',
    z.object({
      messageId: idSchema,
      attempt: z.int(),
      text: z.string(),
      usage: usageSchema.nullable(),
      /** False when it is only what had been said when the run was stopped, failed or hit the model's length limit. */
      isComplete: z.boolean(),
      /** Of an answer in a thread of a room: whose thread it is, and how many replies it has with it. */
      thread: z.object({ threadOf: idSchema, replyCount: z.int() }).optional(),
    }),
  ),
  eventOf(
    'timeline_step_update',
    z.object({
      stepId: z.string(),
      label: z.string(),
      startedAt: instantSchema,
      endedAt: instantSchema.optional(),
      status: z.enum(['running', 'done', 'failed']),
    }),
  ),
  eventOf('error', z.object({ ...runErrorSchema.shape, attempt: z.int() })),
  eventOf(
    'done',
    z.object({
      status: z.enum(['completed', 'failed', 'cancelled']),
      error: runErrorSchema.nullable(),
      usage: usageSchema,
    }),
  ),
]);
export type RunEvent = z.infer<typeof runEventSchema>;
