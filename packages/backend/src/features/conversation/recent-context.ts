import type { RecentContextInput, RecentContextOutput } from '@aura/contract';
import { notFound } from '../../app-error.ts';
import type { CallerContext } from '../../context.ts';
import { withSnapshot } from '../../db/transaction.ts';
import { findConversation, pageOfMessages } from './conversation-store.ts';
import { recentText } from './recent-text.ts';

/** The newest messages of a conversation as one text, for a prompt. */
export async function recentContext(
  ctx: CallerContext,
  { conversationId, messages: limit, maxChars }: RecentContextInput,
): Promise<RecentContextOutput> {
  const { tenantId, userId } = ctx.caller;
  return await withSnapshot(ctx, async (db) => {
    const conversation = await findConversation(db, { tenantId, userId, conversationId });
    if (conversation === undefined) throw notFound('conversation');
    const { rows } = await pageOfMessages(db, { tenantId, conversationId, limit });
    return recentText(rows, maxChars);
  });
}
