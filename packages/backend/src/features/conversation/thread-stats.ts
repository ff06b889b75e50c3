import type { ConversationRef, ThreadStats } from '@aura/contract';
import { notFound } from '../../app-error.ts';
import type { CallerContext } from '../../context.ts';
import { withSnapshot } from '../../db/transaction.ts';
import { countMessages, findConversation } from './conversation-store.ts';

/** Whose a conversation is, how many messages are in it and since when. */
export async function threadStats(
  ctx: CallerContext,
  { conversationId }: ConversationRef,
): Promise<ThreadStats> {
  const { tenantId, userId } = ctx.caller;
  return await withSnapshot(ctx, async (db) => {
    const conversation = await findConversation(db, { tenantId, userId, conversationId });
    if (conversation === undefined) throw notFound('conversation');
    const { messageCount, lastMessageAt } = await countMessages(db, { tenantId, conversationId });
    return {
      conversationId,
      tenantId,
      userId,
      messageCount,
      createdAt: conversation.createdAt.toISOString(),
      lastMessageAt: lastMessageAt?.toISOString() ?? null,
    };
  });
}
