import {
  checkpointRefSchema,
  type ConversationState,
  conversationEventsInputSchema,
  conversationRefSchema,
  conversationViewSchema,
  createConversationInputSchema,
  createConversationOutputSchema,
  deleteCheckpointsOutputSchema,
  editMessageInputSchema,
  editMessageOutputSchema,
  forkConversationInputSchema,
  forkConversationOutputSchema,
  getCheckpointOutputSchema,
  listCheckpointsInputSchema,
  listCheckpointsOutputSchema,
  listConversationsInputSchema,
  listConversationsOutputSchema,
  listMessagesInputSchema,
  listMessagesOutputSchema,
  regenerateInputSchema,
  sendMessageInputSchema,
  sendMessageOutputSchema,
  updateConversationInputSchema,
} from '@aura/contract';
import { signalOf } from '../../trpc/signal-of.ts';
import { memberProcedure, nothingSchema, router, userProcedure } from '../../trpc/trpc.ts';
import { conversationEvents } from './conversation-events.ts';
import { createConversation } from './create-conversation.ts';
import { deleteCheckpoints } from './delete-checkpoints.ts';
import { deleteConversation } from './delete-conversation.ts';
import { editMessage } from './edit-message.ts';
import { forkConversation } from './fork-conversation.ts';
import { getCheckpoint } from './get-checkpoint.ts';
import { getConversation } from './get-conversation.ts';
import { listCheckpoints } from './list-checkpoints.ts';
import { listConversations } from './list-conversations.ts';
import { listMessages } from './list-messages.ts';
import { regenerate } from './regenerate.ts';
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
  regenerate: memberProcedure
    .input(regenerateInputSchema)
    .output(sendMessageOutputSchema)
    .mutation(async ({ ctx, input }) => await regenerate(ctx, input)),
  editMessage: memberProcedure
    .input(editMessageInputSchema)
    .output(editMessageOutputSchema)
    .mutation(async ({ ctx, input }) => await editMessage(ctx, input)),
  fork: memberProcedure
    .input(forkConversationInputSchema)
    .output(forkConversationOutputSchema)
    .mutation(async ({ ctx, input }) => await forkConversation(ctx, input)),
  checkpoints: userProcedure
    .input(listCheckpointsInputSchema)
    .output(listCheckpointsOutputSchema)
    .query(async ({ ctx, input }) => await listCheckpoints(ctx, input)),
  checkpoint: userProcedure
    .input(checkpointRefSchema)
    .output(getCheckpointOutputSchema)
    .query(async ({ ctx, input }) => await getCheckpoint(ctx, input)),
  deleteCheckpoints: memberProcedure
    .input(conversationRefSchema)
    .output(deleteCheckpointsOutputSchema)
    .mutation(async ({ ctx, input }) => await deleteCheckpoints(ctx, input)),
  events: userProcedure
    .input(conversationEventsInputSchema)
    .subscription(({ ctx, input, signal }) => conversationEvents(ctx, input, signalOf(signal))),
});
