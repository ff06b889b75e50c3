import type { AskInput, AskOutput } from '@aura/contract';
import type { CallerContext } from '../../context.ts';
import { createConversation } from './create-conversation.ts';
import { sendMessage } from './send-message.ts';

/** Asks in a conversation, or in a new one, in one call. The same clientId again gives the same answer. */
export async function ask(ctx: CallerContext, input: AskInput): Promise<AskOutput> {
  const { conversationId, prompt: text, context, clientId } = input;
  if (conversationId !== undefined) {
    return { conversationId, ...(await sendMessage(ctx, { conversationId, text, context, clientId })) };
  }
  const { conversation, messageId, runId } = await createConversation(ctx, {
    clientId,
    message: { text, context },
  });
  if (messageId === null || runId === null) throw new Error('a question was stored without its run');
  return { conversationId: conversation.id, messageId, runId };
}
