import type { ConversationEvent } from '@aura/contract';
import { databaseNow } from '../../db/database-now.ts';
import type { Tx } from '../../db/transaction.ts';
import type { Unplaced } from '../../realtime/event.ts';
import { createRun } from '../agent/create-run.ts';
import { announceConversation } from './announce-conversation.ts';
import type { ConversationRow } from './conversation-store.ts';
import type { LastTurn } from './last-turn.ts';

/**
 * Queues a run that answers a turn in place of the one that did, if one did, and appends what says so after `first`; the
 * caller holds the conversation's lock and wakes the runner after its commit. Answers the run's id.
 */
export async function answerAnew(
  tx: Tx,
  {
    conversation,
    turn,
    call,
    first = [],
  }: {
    conversation: ConversationRow;
    turn: LastTurn;
    call: { clientId: string; requestHash: string };
    first?: Unplaced<ConversationEvent>[];
  },
): Promise<string> {
  const { tenantId } = conversation;
  const run = await createRun(tx, { conversation, messageId: turn.askedId, call });
  const runId = run.row.id;
  const messages = tx.db.updateTable('messages').where('tenantId', '=', tenantId);
  await messages.set({ runId }).where('id', 'in', turn.userMessageIds).execute();
  if (turn.runId !== null) {
    if (turn.answerIds.length > 0) {
      await messages.set({ isSuperseded: true }).where('id', 'in', turn.answerIds).execute();
    }
    await tx.db
      .updateTable('runs')
      .set({ supersededBy: runId })
      .where('tenantId', '=', tenantId)
      .where('id', '=', turn.runId)
      .execute();
  }
  const row = await tx.db
    .updateTable('conversations')
    .set({ activeRunId: runId, updatedAt: databaseNow })
    .where('id', '=', conversation.id)
    .returningAll()
    .executeTakeFirstOrThrow();
  const superseded: Unplaced<ConversationEvent> = {
    type: 'messages_superseded',
    data: {
      runId,
      askedIds: turn.userMessageIds,
      supersededRunId: turn.runId,
      messageIds: turn.answerIds,
    },
  };
  const events = await announceConversation(tx, row, [...first, superseded, run.event]);
  const created = events.findLast(({ type }) => type === 'run_created');
  if (created === undefined) throw new Error('run_created was not stored');
  await tx.db.updateTable('runs').set({ firstSeq: created.seq }).where('id', '=', runId).execute();
  return runId;
}
