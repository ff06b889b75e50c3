import { z } from 'zod';
import {
  conversationRefSchema,
  createConversationOutputSchema,
  sendMessageInputSchema,
  updateConversationInputSchema,
} from './conversation.ts';
import { clientIdSchema, idSchema, instantSchema, pageInputSchema } from './primitives.ts';

/** How much of a conversation can be copied into another one. */
export const FORK_LIMITS = { messages: 1_000, bytes: 16_777_216 } as const;

/** `<run>.<step>`, steps counted from 1. */
export const checkpointIdSchema = z
  .string()
  .regex(
    /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}\.[1-9]\d{0,5}$/,
    'must be the `id` that conversation.checkpoints answered',
  );

/** A finished step of a run: the state in which the run could go on. */
export const checkpointViewSchema = z.object({
  id: checkpointIdSchema,
  runId: idSchema,
  /** The message that asked for the run. */
  messageId: idSchema,
  /** Its place in the run, from 1. */
  step: z.int(),
  /** What was finished: an answer of the model, a tool call, or the model was told what the user had said meanwhile. */
  kind: z.enum(['model', 'tool', 'message']),
  /** The beginning of what was said, or the names of the tools. */
  label: z.string(),
  /** Something is left to do after it, so that a fork can continue from it. Not after a closing answer. */
  canContinue: z.boolean(),
  at: instantSchema,
});
export const listCheckpointsInputSchema = pageInputSchema.extend(conversationRefSchema.shape);
export const listCheckpointsOutputSchema = z.object({
  /** Newest first. */
  checkpoints: z.array(checkpointViewSchema),
  nextPage: z.string().nullable(),
});
export const checkpointRefSchema = conversationRefSchema.extend({ checkpointId: checkpointIdSchema });

/** What the model is told when a run goes on from a checkpoint. */
export const promptMessageSchema = z.discriminatedUnion('role', [
  z.object({ role: z.literal('user'), text: z.string() }),
  z.object({
    role: z.literal('assistant'),
    text: z.string(),
    /** `argsText`: as the model wrote them. */
    toolCalls: z.array(z.object({ id: z.string(), name: z.string(), argsText: z.string() })),
  }),
  /** A tool's result, as JSON. */
  z.object({ role: z.literal('tool'), toolCallId: z.string(), text: z.string() }),
]);
export const getCheckpointOutputSchema = z.object({
  checkpoint: checkpointViewSchema,
  /** Oldest first, without the instructions; the oldest turns are left out when it is too long for a prompt. */
  messages: z.array(promptMessageSchema),
});
export const deleteCheckpointsOutputSchema = z.object({ deletedCount: z.int() });

export const forkConversationInputSchema = conversationRefSchema
  .extend({
    /** The copy ends after this step … */
    checkpointId: checkpointIdSchema.optional(),
    /** … or after this message. */
    messageId: idSchema.optional(),
    /** Default: the title of the original. */
    title: updateConversationInputSchema.shape.title,
    clientId: clientIdSchema,
    /** The agent goes on in the copy from there. Otherwise the copy waits for a message. */
    continue: z.boolean().default(false),
  })
  .refine(({ checkpointId, messageId }) => (checkpointId === undefined) !== (messageId === undefined), {
    message: 'give either `checkpointId` or `messageId`',
  });
export const forkConversationOutputSchema = createConversationOutputSchema;

export const editMessageInputSchema = sendMessageInputSchema
  .pick({ conversationId: true, text: true, clientId: true })
  .extend({ messageId: idSchema });
export const editMessageOutputSchema = createConversationOutputSchema;

export const regenerateInputSchema = conversationRefSchema.extend({
  /** Any message of the last turn, to make sure that it still is the last one. Default: whichever is last. */
  messageId: idSchema.optional(),
  clientId: clientIdSchema,
});

export type CheckpointView = z.infer<typeof checkpointViewSchema>;
export type ListCheckpointsInput = z.infer<typeof listCheckpointsInputSchema>;
export type ListCheckpointsOutput = z.infer<typeof listCheckpointsOutputSchema>;
export type CheckpointRef = z.infer<typeof checkpointRefSchema>;
export type PromptMessage = z.infer<typeof promptMessageSchema>;
export type GetCheckpointOutput = z.infer<typeof getCheckpointOutputSchema>;
export type DeleteCheckpointsOutput = z.infer<typeof deleteCheckpointsOutputSchema>;
export type ForkConversationInput = z.infer<typeof forkConversationInputSchema>;
export type ForkConversationOutput = z.infer<typeof forkConversationOutputSchema>;
export type EditMessageInput = z.infer<typeof editMessageInputSchema>;
export type EditMessageOutput = z.infer<typeof editMessageOutputSchema>;
export type RegenerateInput = z.infer<typeof regenerateInputSchema>;
