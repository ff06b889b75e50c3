import {
  type ConversationState,
  conversationEventsInputSchema,
  conversationRefSchema,
  conversationViewSchema,
  createConversationInputSchema,
  createConversationOutputSchema,
  listConversationsInputSchema,
  listConversationsOutputSchema,
  listMessagesInputSchema,
  listMessagesOutputSchema,
  sendMessageInputSchema,
  sendMessageOutputSchema,
  updateConversationInputSchema,
} from '@aura/contract';
import { signalOf } from '../../trpc/signal-of.ts';
import { memberProcedure, nothingSchema, router, userProcedure } from '../../trpc/trpc.ts';
import { conversationEvents } from './conversation-events.ts';
import { createConversation } from './create-conversation.ts';
import { deleteConversation } from './delete-conversation.ts';
import { getConversation } from './get-conversation.ts';
import { listConversations } from './list-conversations.ts';
import { listMessages } from './list-messages.ts';
import { sendMessage } from './send-message.ts';
import { updateConversation } from './update-conversation.ts';

export const conversationRouter = router({
  create: memberProcedure
    .input(createConversationInputSchema)
    .output(createConversationOutputSchema)
    .mutation(async ({ ctx, input }) => await createConversation(ctx, input)),
  list: userProcedure
    .input(listConversationsInputSchema)
    .output(listConversationsOutputSchema)
    .query(async ({ ctx, input }) => await listConversations(ctx, input)),
  get: userProcedure
    .input(conversationRefSchema)
    .query(
      async ({ ctx, input }): Promise<{ state: ConversationState; cursor: string }> =>
        await getConversation(ctx, input),
    ),
  update: memberProcedure
    .input(updateConversationInputSchema)
    .output(conversationViewSchema)
    .mutation(async ({ ctx, input }) => await updateConversation(ctx, input)),
  delete: memberProcedure
    .input(conversationRefSchema)
    .output(nothingSchema)
    .mutation(async ({ ctx, input }) => await deleteConversation(ctx, input)),
  messages: userProcedure
    .input(listMessagesInputSchema)
    .output(listMessagesOutputSchema)
    .query(async ({ ctx, input }) => await listMessages(ctx, input)),
  send: memberProcedure
    .input(sendMessageInputSchema)
    .output(sendMessageOutputSchema)
    .mutation(async ({ ctx, input }) => await sendMessage(ctx, input)),
  events: userProcedure
    .input(conversationEventsInputSchema)
    .subscription(({ ctx, input, signal }) => conversationEvents(ctx, input, signalOf(signal))),
});
