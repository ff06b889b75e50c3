import type { ListMessagesInput, ListMessagesOutput } from '@aura/contract';
import { AppError, notFound } from '../../app-error.ts';
import type { CallerContext } from '../../context.ts';
import { withSnapshot } from '../../db/transaction.ts';
import { findConversation, pageOfMessages } from './conversation-store.ts';
import { messageView } from './conversation-view.ts';

/** A page of messages before or after a place; the newest page when neither is given. */
export async function listMessages(
  ctx: CallerContext,
  input: ListMessagesInput,
): Promise<ListMessagesOutput> {
  if (input.before !== undefined && input.after !== undefined) {
    throw new AppError('BAD_INPUT', { message: 'Give `before` or `after`, not both.' });
  }
  const { tenantId, userId } = ctx.caller;
  const { conversationId, limit, before, after } = input;
  return await withSnapshot(ctx, async (db) => {
    const conversation = await findConversation(db, { tenantId, userId, conversationId });
    if (conversation === undefined) throw notFound('conversation');
    const { rows, hasMore } = await pageOfMessages(db, { tenantId, conversationId, limit, before, after });
    return { messages: rows.map(messageView), hasMore };
  });
}
