import {
  conversationViewSchema,
  createConversationOutputSchema,
  idSchema,
  messageViewSchema,
} from '@aura/contract';
import { z } from 'zod';
import { answerAs, type RestAnswer } from '../../trpc/rest-route.ts';

/** What `get` answers, as far as REST tells it. */
const snapshotSchema = z.object({
  state: z.object({
    conversation: conversationViewSchema,
    messages: z.array(messageViewSchema),
    hasOlderMessages: z.boolean(),
  }),
  cursor: z.string(),
});

/** A conversation with its newest messages; `cursor` is where its stream goes on. */
export const conversationAnswer: RestAnswer = answerAs(
  snapshotSchema,
  conversationViewSchema.extend({
    messages: z.array(messageViewSchema),
    hasOlderMessages: z.boolean(),
    cursor: z.string(),
  }),
  ({ state: { conversation, messages, hasOlderMessages }, cursor }) => ({
    ...conversation,
    messages,
    hasOlderMessages,
    cursor,
  }),
);

/** A new conversation, and what answers its first message. */
export const createdAnswer: RestAnswer = answerAs(
  createConversationOutputSchema,
  conversationViewSchema.extend({ messageId: idSchema.nullable(), runId: idSchema.nullable() }),
  ({ conversation, messageId, runId }) => ({ ...conversation, messageId, runId }),
);
