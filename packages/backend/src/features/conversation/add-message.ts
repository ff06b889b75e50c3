import { randomUUID } from 'node:crypto';
import type { ConversationEvent, PageContext } from '@aura/contract';
import type { CallerContext } from '../../context.ts';
import { databaseNow } from '../../db/database-now.ts';
import { jsonText, storableText } from '../../db/json-text.ts';
import type { Tx } from '../../db/transaction.ts';
import type { Unplaced } from '../../realtime/event.ts';
import { createRun } from '../agent/create-run.ts';
import { announceConversation } from './announce-conversation.ts';
import type { ConversationRow } from './conversation-store.ts';
import { makeWay } from './make-way.ts';
import { titleAfter } from './title-from.ts';

export interface NewMessage {
  text: string;
  context?: PageContext | undefined;
  clientId: string;
  requestHash: string;
}

/** What was stored, and what the caller does after its commit. */
export interface AddedMessage {
  messageId: string;
  /** The run that answers it; one under way already when the message steers it. */
  runId: string;
  /** Runs that were stopped for it. */
  stopped: readonly string[];
}

/**
 * Stores a user's message with the run that answers it and their events. The caller holds the conversation's lock. While
 * another run is under way, the conversation's own rule says what becomes of it: refused with RUN_ACTIVE or
 * APPROVAL_PENDING, queued, in place of that run, or read by it.
 */
export async function addMessage(
  tx: Tx,
  ctx: CallerContext,
  {
    conversation,
    message,
    first = [],
  }: { conversation: ConversationRow; message: NewMessage; first?: Unplaced<ConversationEvent>[] },
): Promise<AddedMessage> {
  const way = await makeWay(tx, ctx, conversation);
  const messageId = randomUUID();
  const text = storableText(message.text);
  const made = way.steered === null ? await createRun(tx, { conversation, messageId }) : null;
  const runId = made?.row.id ?? way.steered;
  if (runId === null) throw new Error('a message without a run');
  const row = await tx.db
    .updateTable('conversations')
    .set({
      activeRunId: way.isBehind ? conversation.activeRunId : runId,
      title: titleAfter(conversation.title, text),
      updatedAt: databaseNow,
    })
    .where('id', '=', conversation.id)
    .returningAll()
    .executeTakeFirstOrThrow();
  const createdAt = made?.row.createdAt ?? row.updatedAt;
  const created: Unplaced<ConversationEvent> = {
    type: 'message_created',
    data: {
      message: {
        id: messageId,
        role: 'user',
        clientId: message.clientId,
        text,
        runId,
        isComplete: true,
        usage: null,
        createdAt: createdAt.toISOString(),
      },
    },
  };
  const runCreated = made === null ? [] : [made.event];
  const events = await announceConversation(
    tx,
    row,
    [...first, ...way.events, created, ...runCreated],
    way.notices,
  );
  const seqOf = (type: string): number => {
    // The last one: `first` may hold a whole conversation.
    const found = events.findLast((event) => event.type === type);
    if (found === undefined) throw new Error(`${type} was not stored`);
    return found.seq;
  };
  await tx.db
    .insertInto('messages')
    .values({
      id: messageId,
      tenantId: ctx.caller.tenantId,
      conversationId: conversation.id,
      runId,
      role: 'user',
      clientId: message.clientId,
      requestHash: message.requestHash,
      text,
      context: message.context === undefined ? null : jsonText(message.context),
      seq: seqOf('message_created'),
      createdAt,
    })
    .execute();
  if (made !== null) {
    await tx.db
      .updateTable('runs')
      .set({ firstSeq: seqOf('run_created') })
      .where('id', '=', runId)
      .execute();
  }
  return { messageId, runId, stopped: way.stopped };
}
