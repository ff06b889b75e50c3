import type { SendMessageInput, SendMessageOutput } from '@aura/contract';
import { AppError, notFound } from '../../app-error.ts';
import type { CallerContext } from '../../context.ts';
import { withTransaction } from '../../db/transaction.ts';
import { requestHash } from '../../request-hash.ts';
import { tellRunner } from '../agent/tell-runner.ts';
import { addMessage } from './add-message.ts';
import { findMessageByClientId, lockConversation } from './conversation-store.ts';

/**
 * Stores the message, its run and their events together and answers at once; the run goes on by itself. The same
 * clientId again gives the same answer; with another text it is an IDEMPOTENCY_CONFLICT.
 */
export async function sendMessage(ctx: CallerContext, input: SendMessageInput): Promise<SendMessageOutput> {
  const { tenantId, userId } = ctx.caller;
  const { conversationId, text, context, clientId } = input;
  const hash = requestHash({ text, context });
  const { stopped, ...sent } = await withTransaction(ctx, async (tx) => {
    const conversation = await lockConversation(tx.db, { tenantId, userId, conversationId });
    if (conversation === undefined) throw notFound('conversation');
    const earlier = await findMessageByClientId(tx.db, { tenantId, conversationId, clientId });
    if (earlier !== undefined) {
      if (earlier.requestHash !== hash || earlier.runId === null) {
        throw new AppError('IDEMPOTENCY_CONFLICT', {
          message: 'This clientId was used for another message. Send this one under a new clientId.',
        });
      }
      return { messageId: earlier.id, runId: earlier.runId, stopped: null };
    }
    const message = { text, context, clientId, requestHash: hash };
    return await addMessage(tx, ctx, { conversation, message });
  });
  if (stopped !== null) tellRunner(ctx.runner, { cancel: stopped, wake: sent.runId });
  return sent;
}
