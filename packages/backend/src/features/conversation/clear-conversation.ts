import type { ConversationRef } from '@aura/contract';
import { notFound } from '../../app-error.ts';
import type { CallerContext } from '../../context.ts';
import { databaseNow } from '../../db/database-now.ts';
import { withTransaction } from '../../db/transaction.ts';
import { raiseOldest } from '../../realtime/raise-oldest.ts';
import { announceConversation } from './announce-conversation.ts';
import { listActiveRunStatuses, lockConversation } from './conversation-store.ts';
import { assertIdle } from './idle-policy.ts';

/**
 * Takes all messages out of a conversation, which stays: for every reader at once, for search and for the agent. Readers
 * that are there get the event; those who come back from before it get a fresh start, so the old events reach nobody.
 * Throws RUN_ACTIVE or APPROVAL_PENDING while a run is under way.
 */
export async function clearConversation(
  ctx: CallerContext,
  { conversationId }: ConversationRef,
): Promise<Record<string, never>> {
  const { tenantId, userId } = ctx.caller;
  await withTransaction(ctx, async (tx) => {
    const conversation = await lockConversation(tx.db, { tenantId, userId, conversationId });
    if (conversation === undefined) throw notFound('conversation');
    assertIdle(await listActiveRunStatuses(tx.db, { tenantId, conversationId }));
    const row = await tx.db
      .updateTable('conversations')
      .set({ updatedAt: databaseNow })
      .where('id', '=', conversationId)
      .returningAll()
      .executeTakeFirstOrThrow();
    const [cleared] = await announceConversation(tx, row, [{ type: 'conversation_cleared', data: {} }]);
    if (cleared === undefined) throw new Error('the event was not stored');
    await tx.db
      .updateTable('conversations')
      .set({ clearedSeq: cleared.seq })
      .where('id', '=', conversationId)
      .execute();
    await raiseOldest(tx, { streamId: conversationId, seq: cleared.seq });
  });
  return {};
}
