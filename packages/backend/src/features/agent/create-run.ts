import { randomUUID } from 'node:crypto';
import type { RunEvent } from '@aura/contract';
import { databaseNow } from '../../db/database-now.ts';
import type { Tx } from '../../db/transaction.ts';
import type { Unplaced } from '../../realtime/event.ts';
import type { RunRow } from './run-store.ts';
import { runView } from './run-view.ts';

/**
 * Queues a run that answers a message. The caller appends the event and wakes the runner after its commit. `call`: the one
 * that asks for it, where it stores no message by which it would be known again. `runId`: given when the message names it
 * already. `threadOf`: it was asked in this thread, and answers there. `isTainted`: strangers' text reaches the model from the
 * start.
 */
export async function createRun(
  tx: Tx,
  {
    conversation,
    messageId,
    call = { clientId: null, requestHash: null },
    runId = randomUUID(),
    threadOf = null,
    isTainted = false,
  }: {
    conversation: { id: string; tenantId: string; userId: string; model: string };
    messageId: string;
    call?: { clientId: string | null; requestHash: string | null };
    runId?: string;
    threadOf?: string | null;
    isTainted?: boolean;
  },
): Promise<{ row: RunRow; event: Unplaced<RunEvent> }> {
  const row = await tx.db
    .insertInto('runs')
    .values({
      id: runId,
      tenantId: conversation.tenantId,
      conversationId: conversation.id,
      userId: conversation.userId,
      messageId,
      threadOf,
      model: conversation.model,
      status: 'queued',
      isTainted,
      ...call,
      createdAt: databaseNow,
    })
    .returningAll()
    .executeTakeFirstOrThrow();
  return { row, event: { type: 'run_created', runId: row.id, data: { run: runView(row) } } };
}
