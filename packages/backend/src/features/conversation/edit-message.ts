import type { EditMessageInput, EditMessageOutput } from '@aura/contract';
import { notFound } from '../../app-error.ts';
import type { CallerContext } from '../../context.ts';
import { requestHash } from '../../request-hash.ts';
import { addMessage } from './add-message.ts';
import { conversationOnce } from './conversation-once.ts';
import { findConversation, lockConversation } from './conversation-store.ts';
import { conversationView } from './conversation-view.ts';
import { copyConversation } from './copy-conversation.ts';
import { planCopy } from './copy-plan.ts';
import { pointBeforeMessage } from './fork-point.ts';

/**
 * Says something else in place of what a user said, in a copy of the conversation up to there. The original stays as it
 * is. The same clientId again answers what the first call made.
 */
export async function editMessage(ctx: CallerContext, input: EditMessageInput): Promise<EditMessageOutput> {
  const { tenantId, userId } = ctx.caller;
  const { conversationId, messageId, text, clientId } = input;
  const hash = requestHash({ edit: { conversationId, messageId, text } });
  const call = { clientId, hash };
  return await conversationOnce(ctx, call, async (tx) => {
    const source = await lockConversation(tx.db, { tenantId, userId, conversationId });
    if (source === undefined) throw notFound('conversation');
    const place = { tenantId, conversationId };
    const { message, point } = await pointBeforeMessage(tx.db, { ...place, messageId });
    const plan = await planCopy(tx.db, { ...place, point });
    const copy = await copyConversation(tx, { source, plan, title: undefined, call });
    const context = message.context ?? undefined;
    const sent = await addMessage(tx, ctx, {
      conversation: copy.row,
      message: { text, context, clientId, requestHash: requestHash({ text, context }) },
      first: copy.events,
    });
    const current = await findConversation(tx.db, { tenantId, userId, conversationId: copy.row.id });
    return {
      conversation: conversationView(current ?? copy.row),
      messageId: sent.messageId,
      runId: sent.runId,
    };
  });
}
