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
    const { activeRunId } = row;
    const runIds = new Set(rows.flatMap((message) => message.runId ?? []));
    if (activeRunId !== null) runIds.add(activeRunId);
    const state: ConversationState = {
      conversation: conversationView(row),
      messages: rows.map(messageView),
      runs: await readRuns(db, { conversationId, runIds: [...runIds], activeRunId }),
      hasOlderMessages: hasMore,
      isDeleted: false,
    };
    return { state, cursor: formatCursor({ epoch: stream.epoch, seq: stream.head }) };
  });
}

/** What the log says of runs. The deltas of an answer are read only while it is being given. */
async function readRuns(
  db: Transaction<Schema>,
  {
    conversationId,
    runIds,
    activeRunId,
  }: { conversationId: string; runIds: string[]; activeRunId: string | null },
): Promise<Record<string, RunState>> {
  if (runIds.length === 0) return {};
  const rows = await db
    .selectFrom('events')
    .select(['seq', 'type', 'runId', 'at', 'data'])
    .where('streamId', '=', conversationId)
    // The oldest run may have begun before the oldest message that is shown.
    .where('seq', '>=', (eb) =>
      eb
        .selectFrom('runs')
        .select((run) => run.fn.min('firstSeq').as('from'))
        .where('id', 'in', runIds),
    )
    .where('runId', 'in', runIds)
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
