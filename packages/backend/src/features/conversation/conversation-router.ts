import {
  askInputSchema,
  askOutputSchema,
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
  LIMITS,
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
import { z } from 'zod';
import type { RestFollowUp } from '../../trpc/rest-route.ts';
import { signalOf } from '../../trpc/signal-of.ts';
import { memberProcedure, nothingSchema, router, userProcedure } from '../../trpc/trpc.ts';
import { runEventWire } from '../agent/run-event-wire.ts';
import { ask } from './ask.ts';
import { conversationAnswer, createdAnswer } from './conversation-wire.ts';
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

const ONE = '/conversations/{conversationId}';

/** Answers 200 once the run has ended, 202 while it has not. */
const FINISHED: RestFollowUp = {
  procedure: 'agent.wait',
  when: 'wait',
  status: (outcome) => (endedSchema.safeParse(outcome).success ? 200 : 202),
};
const endedSchema = z.object({ run: z.object({ endedAt: z.string() }) });

/** The events of the run that answers; a client that was cut off goes on with it and asks nothing twice. */
const RUN_FEED: RestFollowUp = { procedure: 'agent.events', resume: { by: 'runId', from: 'agent.view' } };

export const conversationRouter = router({
  create: memberProcedure
    .meta({
      rest: {
        method: 'POST',
        path: '/conversations',
        status: 201,
        answer: createdAnswer,
        summary: 'Makes a conversation, with its first message when one is given',
      },
    })
    .input(createConversationInputSchema)
    .output(createConversationOutputSchema)
    .mutation(async ({ ctx, input }) => await createConversation(ctx, input)),
  list: userProcedure
    .meta({ rest: { method: 'GET', path: '/conversations', summary: "The caller's conversations" } })
    .input(listConversationsInputSchema)
    .output(listConversationsOutputSchema)
    .query(async ({ ctx, input }) => await listConversations(ctx, input)),
  get: userProcedure
    .meta({
      rest: {
        method: 'GET',
        path: ONE,
        answer: conversationAnswer,
        summary: 'A conversation with its newest messages',
      },
    })
    .input(conversationRefSchema)
    .query(
      async ({ ctx, input }): Promise<{ state: ConversationState; cursor: string }> =>
        await getConversation(ctx, input),
    ),
  update: memberProcedure
    .meta({ rest: { method: 'PUT', path: ONE, summary: 'Changes what is given' } })
    .input(updateConversationInputSchema)
    .output(conversationViewSchema)
    .mutation(async ({ ctx, input }) => await updateConversation(ctx, input)),
  delete: memberProcedure
    .meta({ rest: { method: 'DELETE', path: ONE, summary: 'Deletes a conversation' } })
    .input(conversationRefSchema)
    .output(nothingSchema)
    .mutation(async ({ ctx, input }) => await deleteConversation(ctx, input)),
  messages: userProcedure
    .meta({
      rest: {
        method: 'GET',
        path: `${ONE}/messages`,
        defaults: { limit: LIMITS.pageMax },
        summary: 'What was said, in order; the newest 200 messages unless told otherwise',
      },
    })
    .input(listMessagesInputSchema)
    .output(listMessagesOutputSchema)
    .query(async ({ ctx, input }) => await listMessages(ctx, input)),
  send: memberProcedure
    .meta({
      rest: {
        method: 'POST',
        path: `${ONE}/messages`,
        status: 202,
        followUp: FINISHED,
        summary: 'Adds a message and asks the model; with ?wait=true answers when it has answered',
      },
    })
    .input(sendMessageInputSchema)
    .output(sendMessageOutputSchema)
    .mutation(async ({ ctx, input }) => await sendMessage(ctx, input)),
  ask: memberProcedure
    .meta({
      rest: ['/api/aura/test/stream', '/api/aura/stream'].map((path) => ({
        method: 'POST',
        path,
        family: 'envelope',
        followUp: RUN_FEED,
        sse: { view: runEventWire },
        summary: 'Asks, in a new conversation unless one is named, and streams what the agent does',
      })),
    })
    .input(askInputSchema)
    .output(askOutputSchema)
    .mutation(async ({ ctx, input }) => await ask(ctx, input)),
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
    .meta({
      rest: { method: 'GET', path: `${ONE}/stream`, summary: 'Everything that happens in a conversation' },
    })
    .input(conversationEventsInputSchema)
    .subscription(async ({ ctx, input, signal }) => await conversationEvents(ctx, input, signalOf(signal))),
});
