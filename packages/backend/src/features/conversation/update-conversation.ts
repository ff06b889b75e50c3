import type { ConversationView, UpdateConversationInput } from '@aura/contract';
import { notFound } from '../../app-error.ts';
import type { CallerContext } from '../../context.ts';
import { databaseNow } from '../../db/database-now.ts';
import { storableText } from '../../db/json-text.ts';
import { withTransaction } from '../../db/transaction.ts';
import { assertKnownModel } from '../agent/agent-policy.ts';
import { announceConversation } from './announce-conversation.ts';
import { lockConversation } from './conversation-store.ts';
import { conversationView } from './conversation-view.ts';

/**
 * Renames, pins, archives, changes the model of runs to come, or what becomes of messages sent while one is under way.
 * Leaves out what the input leaves out.
 */
export async function updateConversation(
  ctx: CallerContext,
  input: UpdateConversationInput,
): Promise<ConversationView> {
  const { conversationId, title, model, isPinned, isArchived, whenBusy, whenWaiting } = input;
  if (model !== undefined) assertKnownModel(ctx, model);
  return await withTransaction(ctx, async (tx) => {
    const current = await lockConversation(tx.db, { ...ctx.caller, conversationId });
    if (current === undefined) throw notFound('conversation');
    const row = await tx.db
      .updateTable('conversations')
      .set({
        title: title === undefined ? current.title : storableText(title),
        model: model ?? current.model,
        isPinned: isPinned ?? current.isPinned,
        isArchived: isArchived ?? current.isArchived,
        whenBusy: whenBusy ?? current.whenBusy,
        whenWaiting: whenWaiting ?? current.whenWaiting,
        updatedAt: databaseNow,
      })
      .where('id', '=', conversationId)
      .returningAll()
      .executeTakeFirstOrThrow();
    await announceConversation(tx, row, []);
    return conversationView(row);
  });
}
