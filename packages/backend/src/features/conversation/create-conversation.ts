import { randomUUID } from 'node:crypto';
import type { ConversationEvent, CreateConversationInput, CreateConversationOutput } from '@aura/contract';
import type { CallerContext } from '../../context.ts';
import { databaseNow } from '../../db/database-now.ts';
import { storableText } from '../../db/json-text.ts';
import type { Tx } from '../../db/transaction.ts';
import type { Unplaced } from '../../realtime/event.ts';
import { createStream } from '../../realtime/create-stream.ts';
import { requestHash } from '../../request-hash.ts';
import { assertKnownModel } from '../agent/agent-policy.ts';
import { addMessage } from './add-message.ts';
import { announceConversation } from './announce-conversation.ts';
import { conversationOnce } from './conversation-once.ts';
import { findConversation } from './conversation-store.ts';
import { conversationView } from './conversation-view.ts';
import { titleFrom } from './title-from.ts';

/**
 * Makes a conversation, with its first message and run when one is given. The same clientId again answers what the
 * first call made; with other contents it is an IDEMPOTENCY_CONFLICT.
 */
export async function createConversation(
  ctx: CallerContext,
  input: CreateConversationInput,
): Promise<CreateConversationOutput> {
  const model = input.model ?? ctx.config.model.models[0];
  assertKnownModel(ctx, model);
  const { clientId, ...rest } = input;
  const hash = requestHash(rest);
  return await conversationOnce(
    ctx,
    { clientId, hash },
    async (tx) => await insert(tx, ctx, { input, model, hash }),
  );
}

async function insert(
  tx: Tx,
  ctx: CallerContext,
  { input, model, hash }: { input: CreateConversationInput; model: string; hash: string },
): Promise<CreateConversationOutput> {
  const { tenantId, userId } = ctx.caller;
  const id = randomUUID();
  await createStream(tx, { id, tenantId, kind: 'conversation' });
  const row = await tx.db
    .insertInto('conversations')
    .values({
      id,
      tenantId,
      userId,
      clientId: input.clientId,
      requestHash: hash,
      title: storableText(input.title ?? titleFrom(input.message?.text)),
      model,
      ...(input.whenBusy === undefined ? {} : { whenBusy: input.whenBusy }),
      ...(input.whenWaiting === undefined ? {} : { whenWaiting: input.whenWaiting }),
      createdAt: databaseNow,
      updatedAt: databaseNow,
    })
    .returningAll()
    .executeTakeFirstOrThrow();
  const created: Unplaced<ConversationEvent> = {
    type: 'conversation_created',
    data: { conversation: conversationView(row) },
  };
  if (input.message === undefined) {
    await announceConversation(tx, row, [created]);
    return { conversation: conversationView(row), messageId: null, runId: null };
  }
  const message = { ...input.message, clientId: input.clientId, requestHash: requestHash(input.message) };
  const { messageId, runId } = await addMessage(tx, ctx, { conversation: row, message, first: [created] });
  const current = await findConversation(tx.db, { tenantId, userId, conversationId: id });
  return { conversation: conversationView(current ?? row), messageId, runId };
}
