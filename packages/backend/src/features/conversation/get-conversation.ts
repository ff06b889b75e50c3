import {
  applyRunEvent,
  type ConversationState,
  formatCursor,
  newRunState,
  type RunState,
} from '@aura/contract';
import type { Transaction } from 'kysely';
import { notFound } from '../../app-error.ts';
import type { CallerContext } from '../../context.ts';
import type { Schema } from '../../db/schema.ts';
import { withSnapshot } from '../../db/transaction.ts';
import { readStreamHead } from '../../realtime/read-events.ts';
import { runEvent } from '../agent/run-view.ts';
import { findConversation, pageOfMessages } from './conversation-store.ts';
import { conversationView, messageView } from './conversation-view.ts';

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
    const from = rows[0]?.seq ?? stream.head + 1;
    const state: ConversationState = {
      conversation: conversationView(row),
      messages: rows.map(messageView),
      runs: await readRuns(db, { conversationId, from, activeRunId: row.activeRunId }),
      hasOlderMessages: hasMore,
      isDeleted: false,
    };
    return { state, cursor: formatCursor({ epoch: stream.epoch, seq: stream.head }) };
  });
}

/** What the log says of the runs since `from`. The deltas of an answer are read only while it is being given. */
async function readRuns(
  db: Transaction<Schema>,
  { conversationId, from, activeRunId }: { conversationId: string; from: number; activeRunId: string | null },
): Promise<Record<string, RunState>> {
  const rows = await db
    .selectFrom('events')
    .select(['seq', 'type', 'runId', 'at', 'data'])
    .where('streamId', '=', conversationId)
    .where('seq', '>=', from)
    .where('runId', 'is not', null)
    .where((eb) => eb.or([eb('type', '<>', 'content_delta'), eb('runId', '=', activeRunId)]))
    .orderBy('seq')
    .execute();
  const runs: Record<string, RunState> = {};
  for (const row of rows) {
    const event = runEvent({ ...row, at: row.at.toISOString() });
    if (event.type === 'run_created') runs[event.data.run.id] = newRunState(event.data.run);
    const run = event.runId === null ? undefined : runs[event.runId];
    if (run !== undefined) runs[run.id] = applyRunEvent(run, event);
  }
  return runs;
}
