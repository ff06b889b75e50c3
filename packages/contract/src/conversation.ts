import { z } from 'zod';
import {
  clientIdSchema,
  idSchema,
  instantSchema,
  jsonSchema,
  LIMITS,
  pageInputSchema,
  resumeSchema,
} from './primitives.ts';
import { eventOf, runEventSchema, usageSchema } from './run-events.ts';

/** Where the user was when asking. The model sees it as untrusted data. */
export const pageContextSchema = z
  .object({
    url: z.string().max(2_000).optional(),
    path: z.string().max(1_000).optional(),
    title: z.string().max(300).optional(),
    activeApp: z.string().max(100).optional(),
    itemId: z.string().max(200).optional(),
    metadata: z.record(z.string(), jsonSchema).optional(),
  })
  .refine((context) => JSON.stringify(context).length <= LIMITS.contextBytes, {
    message: `context is larger than ${LIMITS.contextBytes} bytes; send less metadata`,
  });
export type PageContext = z.infer<typeof pageContextSchema>;

const titleSchema = z.string().trim().min(1).max(LIMITS.titleChars);
const textSchema = z.string().trim().min(1).max(LIMITS.messageChars);
const conversationRef = { conversationId: idSchema };

/**
 * What becomes of a message sent while the agent works. `reject`: RUN_ACTIVE. `enqueue`: it is answered next. `interrupt`:
 * the agent stops and answers it. `steer`: the agent reads it before its next step.
 */
export const whenBusySchema = z.enum(['reject', 'enqueue', 'interrupt', 'steer']);
/**
 * What becomes of a message sent while a person is asked. `reject`: APPROVAL_PENDING. `enqueue`: it is answered after
 * the decision. `interrupt`: what was asked is rejected as superseded, and the message is answered.
 */
export const whenWaitingSchema = z.enum(['reject', 'enqueue', 'interrupt']);

export const conversationViewSchema = z.object({
  id: idSchema,
  title: z.string(),
  model: z.string(),
  isPinned: z.boolean(),
  isArchived: z.boolean(),
  activeRunId: idSchema.nullable(),
  whenBusy: whenBusySchema,
  whenWaiting: whenWaitingSchema,
  /** The conversation this one was forked from. */
  forkedFrom: idSchema.nullable(),
  createdAt: instantSchema,
  updatedAt: instantSchema,
});
export type WhenBusy = z.infer<typeof whenBusySchema>;
export type WhenWaiting = z.infer<typeof whenWaitingSchema>;
export type ConversationView = z.infer<typeof conversationViewSchema>;

export const messageViewSchema = z.object({
  id: idSchema,
  role: z.enum(['user', 'assistant']),
  /** What its sender called it, so that the sender knows it again; null for answers. */
  clientId: z.string().nullable(),
  text: z.string(),
  runId: idSchema.nullable(),
  /** Place in the conversation's log; messages sort by it. */
  seq: z.int(),
  isComplete: z.boolean(),
  usage: usageSchema.nullable(),
  createdAt: instantSchema,
});
export type MessageView = z.infer<typeof messageViewSchema>;

export const createConversationInputSchema = z.object({
  clientId: clientIdSchema,
  title: titleSchema.optional(),
  /** One of `agent.models`; default: the deployment's. */
  model: z.string().max(200).optional(),
  whenBusy: whenBusySchema.optional(),
  whenWaiting: whenWaitingSchema.optional(),
  message: z.object({ text: textSchema, context: pageContextSchema.optional() }).optional(),
});
export const createConversationOutputSchema = z.object({
  conversation: conversationViewSchema,
  messageId: idSchema.nullable(),
  runId: idSchema.nullable(),
});
export const listConversationsInputSchema = pageInputSchema.extend({
  /** Words that must all occur in the title. */
  query: z.string().trim().max(LIMITS.searchChars).optional(),
  isArchived: z.boolean().default(false),
});
export const listConversationsOutputSchema = z.object({
  conversations: z.array(conversationViewSchema),
  nextPage: z.string().nullable(),
  /** Where to start `account.events` so that nothing between this answer and the first event is missed. */
  cursor: z.string(),
});
export const conversationRefSchema = z.object(conversationRef);
export const updateConversationInputSchema = z.object({
  ...conversationRef,
  title: titleSchema.optional(),
  model: z.string().max(200).optional(),
  isPinned: z.boolean().optional(),
  isArchived: z.boolean().optional(),
  whenBusy: whenBusySchema.optional(),
  whenWaiting: whenWaitingSchema.optional(),
});
export const listMessagesInputSchema = z.object({
  ...conversationRef,
  limit: z.int().min(1).max(LIMITS.pageMax).default(LIMITS.pageDefault),
  /** Messages older than this `seq`. Give at most one of the two; neither: the newest. */
  before: z.int().positive().optional(),
  /** Messages newer than this `seq`. */
  after: z.int().nonnegative().optional(),
});
export const listMessagesOutputSchema = z.object({
  /** Oldest first, whichever way was asked. */
  messages: z.array(messageViewSchema),
  hasMore: z.boolean(),
});
export const sendMessageInputSchema = z.object({
  ...conversationRef,
  text: textSchema,
  context: pageContextSchema.optional(),
  clientId: clientIdSchema,
});
export const sendMessageOutputSchema = z.object({ messageId: idSchema, runId: idSchema });
export const askInputSchema = z.object({
  /** Left out: a new conversation. */
  conversationId: idSchema.optional(),
  prompt: textSchema,
  context: pageContextSchema.optional(),
  clientId: clientIdSchema,
});
export const askOutputSchema = z.object({ conversationId: idSchema, messageId: idSchema, runId: idSchema });
export const conversationEventsInputSchema = resumeSchema.extend(conversationRef);

export type CreateConversationInput = z.infer<typeof createConversationInputSchema>;
export type CreateConversationOutput = z.infer<typeof createConversationOutputSchema>;
export type ListConversationsInput = z.infer<typeof listConversationsInputSchema>;
export type ListConversationsOutput = z.infer<typeof listConversationsOutputSchema>;
export type ConversationRef = z.infer<typeof conversationRefSchema>;
export type UpdateConversationInput = z.infer<typeof updateConversationInputSchema>;
export type ListMessagesInput = z.infer<typeof listMessagesInputSchema>;
export type ListMessagesOutput = z.infer<typeof listMessagesOutputSchema>;
export type SendMessageInput = z.infer<typeof sendMessageInputSchema>;
export type SendMessageOutput = z.infer<typeof sendMessageOutputSchema>;
export type AskInput = z.infer<typeof askInputSchema>;
export type AskOutput = z.infer<typeof askOutputSchema>;
export type ConversationEventsInput = z.infer<typeof conversationEventsInputSchema>;

/** Everything that happens in a conversation: its own changes, and what its runs say. */
export const conversationEventSchema = z.discriminatedUnion('type', [
  eventOf('conversation_created', z.object({ conversation: conversationViewSchema })),
  eventOf('conversation_updated', z.object({ conversation: conversationViewSchema })),
  eventOf('conversation_deleted', z.object({})),
  /** Every message before it, and what was done for them, is gone. */
  eventOf('conversation_cleared', z.object({})),
  eventOf('message_created', z.object({ message: messageViewSchema.omit({ seq: true }) })),
  /** `runId` answers anew what was asked; the answers of the run before it are gone. */
  eventOf(
    'messages_superseded',
    z.object({
      runId: idSchema,
      /** What it answers: these belong to it now. */
      askedIds: z.array(idSchema),
      /** Null: they had not been answered yet. */
      supersededRunId: idSchema.nullable(),
      /** The answers that are gone. */
      messageIds: z.array(idSchema),
    }),
  ),
  ...runEventSchema.options,
]);
export type ConversationEvent = z.infer<typeof conversationEventSchema>;
