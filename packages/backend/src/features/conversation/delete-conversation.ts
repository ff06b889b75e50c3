import type { ConversationRef } from '@aura/contract';
import { sql } from 'kysely';
import { notFound } from '../../app-error.ts';
import type { CallerContext } from '../../context.ts';
import { withTransaction } from '../../db/transaction.ts';
import { stopRuns } from '../agent/stop-runs.ts';
import { tellRunner } from '../agent/tell-runner.ts';
import { announceConversation } from './announce-conversation.ts';
import { lockConversation } from './conversation-store.ts';

/** Takes a conversation away from its owner, on every device; runs under way are stopped first. */
export async function deleteConversation(
  ctx: CallerContext,
  { conversationId }: ConversationRef,
): Promise<Record<string, never>> {
  const hints = await withTransaction(ctx, async (tx) => {
    const current = await lockConversation(tx.db, { ...ctx.caller, conversationId });
    if (current === undefined) throw notFound('conversation');
    const stopped = await stopRuns(tx, ctx, { conversationId });
    const row = await tx.db
      .updateTable('conversations')
      .set({ deletedAt: sql`clock_timestamp()` })
      .where('id', '=', conversationId)
      .returningAll()
      .executeTakeFirstOrThrow();
    const deleted = { type: 'conversation_deleted', data: {} } as const;
    await announceConversation(tx, row, [...stopped.events, deleted], stopped.notices);
    return stopped.hints;
  });
  tellRunner(ctx.runner, hints);
  return {};
}
