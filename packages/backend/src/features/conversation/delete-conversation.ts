import type { ConversationRef } from '@aura/contract';
import { sql } from 'kysely';
import { notFound } from '../../app-error.ts';
import type { CallerContext } from '../../context.ts';
import { withTransaction } from '../../db/transaction.ts';
import { endRun } from '../agent/end-run.ts';
import { announceConversation } from './announce-conversation.ts';
import { lockConversation } from './conversation-store.ts';

/** Takes a conversation away from its owner, on every device; a run under way is stopped first. */
export async function deleteConversation(
  ctx: CallerContext,
  { conversationId }: ConversationRef,
): Promise<Record<string, never>> {
  const stopped = await withTransaction(ctx, async (tx) => {
    const current = await lockConversation(tx.db, { ...ctx.caller, conversationId });
    if (current === undefined) throw notFound('conversation');
    const { activeRunId } = current;
    const ended =
      activeRunId === null ? [] : await endRun(tx, { runId: activeRunId, status: 'cancelled', error: null });
    const row = await tx.db
      .updateTable('conversations')
      .set({ deletedAt: sql`clock_timestamp()`, activeRunId: null })
      .where('id', '=', conversationId)
      .returningAll()
      .executeTakeFirstOrThrow();
    await announceConversation(tx, row, [...ended, { type: 'conversation_deleted', data: {} }]);
    return activeRunId;
  });
  if (stopped !== null) ctx.runner.cancel(stopped);
  return {};
}
