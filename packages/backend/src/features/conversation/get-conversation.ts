import { type ConversationState, formatCursor } from '@aura/contract';
import { notFound } from '../../app-error.ts';
import type { CallerContext } from '../../context.ts';
import { withSnapshot } from '../../db/transaction.ts';
import { readStreamHead } from '../../realtime/read-events.ts';
import { findConversation, pageOfMessages } from './conversation-store.ts';
import { conversationView, messageView } from './conversation-view.ts';
import { readRuns } from './read-runs.ts';

const WINDOW_MESSAGES = 50;

/** The newest part of a conversation and the cursor to follow it from, both of the same moment. */
export async function getConversation(
  ctx: CallerContext,
  { conversationId }: { conversationId: string },
): Promise<{ state: ConversationState; cursor: string }> {
  const { tenantId, userId } = ctx.caller;
  return await withSnapshot(ctx, async (db) => {
    const row = await findConversation(db, { tenantId, userId, conversationId });
    const stream = row === undefined ? null : await readStreamHead(db, conversationId);
    if (row === undefined || stream === null) throw notFound('conversation');
    const { rows, hasMore } = await pageOfMessages(db, { tenantId, conversationId, limit: WINDOW_MESSAGES });
    const state: ConversationState = {
      conversation: conversationView(row),
      messages: rows.map(messageView),
      runs: await readRuns(db, row, [...rows.map(({ runId }) => runId), row.activeRunId]),
      hasOlderMessages: hasMore,
      isDeleted: false,
    };
    return { state, cursor: formatCursor({ epoch: stream.epoch, seq: stream.head }) };
  });
}
