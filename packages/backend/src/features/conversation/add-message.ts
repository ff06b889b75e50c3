import { randomUUID } from 'node:crypto';
import type { ConversationEvent, PageContext } from '@aura/contract';
import { AppError } from '../../app-error.ts';
import type { CallerContext } from '../../context.ts';
import { jsonText, storableText } from '../../db/json-text.ts';
import type { Tx } from '../../db/transaction.ts';
import type { Unplaced } from '../../realtime/event.ts';
import { createRun } from '../agent/create-run.ts';
import { announceConversation } from './announce-conversation.ts';
import type { ConversationRow } from './conversation-store.ts';

export interface NewMessage {
  text: string;
  context?: PageContext | undefined;
  clientId: string;
  requestHash: string;
}

/**
 * Stores a user's message with the run that answers it and their events. The caller holds the conversation's lock.
 * Throws RUN_ACTIVE while another run of the conversation is under way.
 */
export async function addMessage(
  tx: Tx,
  ctx: CallerContext,
  {
    conversation,
    message,
    first = [],
  }: { conversation: ConversationRow; message: NewMessage; first?: Unplaced<ConversationEvent>[] },
): Promise<{ messageId: string; runId: string }> {
  if (conversation.activeRunId !== null) {
    throw new AppError('RUN_ACTIVE', {
      message: 'The agent is still answering. Wait for it or stop it, then send again.',
    });
  }
  const messageId = randomUUID();
  const text = storableText(message.text);
  const { row: run, event: runCreated } = await createRun(tx, { conversation, messageId });
  const row = await tx.db
    .updateTable('conversations')
    .set({ activeRunId: run.id, updatedAt: run.createdAt })
    .where('id', '=', conversation.id)
    .returningAll()
    .executeTakeFirstOrThrow();
  const created: Unplaced<ConversationEvent> = {
    type: 'message_created',
    data: {
      message: {
        id: messageId,
        role: 'user',
        clientId: message.clientId,
        text,
        runId: run.id,
        isComplete: true,
        usage: null,
        createdAt: run.createdAt.toISOString(),
      },
    },
  };
  const events = await announceConversation(tx, row, [...first, created, runCreated]);
  const seqOf = (type: string): number => {
    const found = events.find((event) => event.type === type);
    if (found === undefined) throw new Error(`${type} was not stored`);
    return found.seq;
  };
  await tx.db
    .insertInto('messages')
    .values({
      id: messageId,
      tenantId: ctx.caller.tenantId,
      conversationId: conversation.id,
      runId: run.id,
      role: 'user',
      clientId: message.clientId,
      requestHash: message.requestHash,
      text,
      context: message.context === undefined ? null : jsonText(message.context),
      seq: seqOf('message_created'),
      createdAt: run.createdAt,
    })
    .execute();
  await tx.db
    .updateTable('runs')
    .set({ firstSeq: seqOf('run_created') })
    .where('id', '=', run.id)
    .execute();
  return { messageId, runId: run.id };
}
