import type { ConversationRef, DeleteCheckpointsOutput } from '@aura/contract';
import { notFound } from '../../app-error.ts';
import type { CallerContext } from '../../context.ts';
import { withTransaction } from '../../db/transaction.ts';
import { deleteSteps } from './checkpoint-store.ts';
import { listActiveRunStatuses, lockConversation } from './conversation-store.ts';
import { assertIdle } from './idle-policy.ts';

/**
 * Deletes all checkpoints of a conversation. What was said stays, and from then on it is all that the agent knows of
 * it: not which tools it used. Throws RUN_ACTIVE or APPROVAL_PENDING while a run is under way, which needs them.
 */
export async function deleteCheckpoints(
  ctx: CallerContext,
  { conversationId }: ConversationRef,
): Promise<DeleteCheckpointsOutput> {
  const { tenantId, userId } = ctx.caller;
  return await withTransaction(ctx, async ({ db }) => {
    const conversation = await lockConversation(db, { tenantId, userId, conversationId });
    if (conversation === undefined) throw notFound('conversation');
    assertIdle(await listActiveRunStatuses(db, { tenantId, conversationId }));
    return { deletedCount: await deleteSteps(db, { tenantId, conversationId }) };
  });
}
