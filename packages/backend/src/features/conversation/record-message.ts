import { randomUUID } from 'node:crypto';
import type { RecordMessageInput, RecordMessageOutput } from '@aura/contract';
import { AppError, notFound } from '../../app-error.ts';
import type { CallerContext } from '../../context.ts';
import { databaseNow } from '../../db/database-now.ts';
import { storableText } from '../../db/json-text.ts';
import { withTransaction } from '../../db/transaction.ts';
import { requestHash } from '../../request-hash.ts';
import { announceConversation } from './announce-conversation.ts';
import { findMessageByClientId, listActiveRunStatuses, lockConversation } from './conversation-store.ts';
import { assertIdle } from './idle-policy.ts';

/**
 * Puts a message of either side into a conversation, for everyone to see and the agent to read before its next answer;
 * no run is started. The same clientId again gives the same answer; with another message it is an IDEMPOTENCY_CONFLICT.
 * Throws RUN_ACTIVE or APPROVAL_PENDING while a run is under way: it would come between a question and its answer.
 */
export async function recordMessage(
  ctx: CallerContext,
  { conversationId, role, clientId, ...input }: RecordMessageInput,
): Promise<RecordMessageOutput> {
  const { tenantId, userId } = ctx.caller;
  const hash = requestHash({ role, text: input.text });
  return await withTransaction(ctx, async (tx) => {
    const conversation = await lockConversation(tx.db, { tenantId, userId, conversationId });
    if (conversation === undefined) throw notFound('conversation');
    const earlier = await findMessageByClientId(tx.db, { tenantId, conversationId, clientId });
    if (earlier !== undefined) {
      if (earlier.requestHash === hash) return { messageId: earlier.id };
      throw new AppError('IDEMPOTENCY_CONFLICT', {
        message: 'This clientId was used for another message. Add this one under a new clientId.',
      });
    }
    assertIdle(await listActiveRunStatuses(tx.db, { tenantId, conversationId }));
    const row = await tx.db
      .updateTable('conversations')
      .set({ updatedAt: databaseNow })
      .where('id', '=', conversationId)
      .returningAll()
      .executeTakeFirstOrThrow();
    const messageId = randomUUID();
    const text = storableText(input.text);
    const message = {
      id: messageId,
      role,
      clientId,
      text,
      runId: null,
      isComplete: true,
      usage: null,
      createdAt: row.updatedAt.toISOString(),
    };
    const [created] = await announceConversation(tx, row, [{ type: 'message_created', data: { message } }]);
    if (created === undefined) throw new Error('the message was not stored');
    await tx.db
      .insertInto('messages')
      .values({
        id: messageId,
        tenantId,
        conversationId,
        role,
        clientId,
        requestHash: hash,
        text,
        seq: created.seq,
        createdAt: row.updatedAt,
      })
      .execute();
    return { messageId };
  });
}
