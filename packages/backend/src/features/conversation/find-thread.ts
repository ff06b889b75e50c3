import { type ConversationRef, idSchema } from '@aura/contract';
import type { CallerContext } from '../../context.ts';
import { withTransaction } from '../../db/transaction.ts';
import { findByClientId, findConversation } from './conversation-store.ts';

/**
 * The caller's conversation that a client of another protocol calls `threadId`: by its own id, or by the `clientId` it was
 * made under. Null when the caller has none such: what others have is none.
 */
export async function findThread(
  ctx: CallerContext,
  { threadId, clientId }: { threadId: string; clientId: string },
): Promise<ConversationRef | null> {
  const { tenantId, userId } = ctx.caller;
  return await withTransaction(ctx, async ({ db }) => {
    const named = idSchema.safeParse(threadId).success
      ? await findConversation(db, { tenantId, userId, conversationId: threadId })
      : undefined;
    const found = named ?? (await findByClientId(db, { tenantId, userId, clientId }));
    return found === undefined ? null : { conversationId: found.id };
  });
}
