import { randomUUID } from 'node:crypto';
import type { ConversationEvent, CreateConversationInput, CreateConversationOutput } from '@aura/contract';
import { AppError } from '../../app-error.ts';
import type { CallerContext } from '../../context.ts';
import { databaseNow } from '../../db/database-now.ts';
import { storableText } from '../../db/json-text.ts';
import { type Tx, withTransaction } from '../../db/transaction.ts';
import type { Unplaced } from '../../realtime/event.ts';
import { createStream } from '../../realtime/create-stream.ts';
import { requestHash } from '../../request-hash.ts';
import { assertKnownModel } from '../agent/agent-policy.ts';
import { addMessage } from './add-message.ts';
import { announceConversation } from './announce-conversation.ts';
import { findByClientId, findConversation } from './conversation-store.ts';
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
  const made = await withTransaction(ctx, async (tx) => {
    const earlier = await repeatOf(tx, ctx, { clientId, hash });
    return earlier ?? (await insert(tx, ctx, { input, model, hash }));
  }).catch(async (err: unknown) => {
    if (!isClientIdTaken(err)) throw err;
    // Lost the race against the same call; by now the winner has committed.
    return await withTransaction(ctx, async (tx) => await repeatOf(tx, ctx, { clientId, hash }));
  });
  if (made === null) {
    throw new AppError('CONFLICT', { message: 'This call is under way elsewhere. Try again.' });
  }
  if (made.isNew && made.output.runId !== null) ctx.runner.wake(made.output.runId);
  return made.output;
}

interface Made {
  output: CreateConversationOutput;
  isNew: boolean;
}

async function insert(
  tx: Tx,
  ctx: CallerContext,
  { input, model, hash }: { input: CreateConversationInput; model: string; hash: string },
): Promise<Made> {
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
    return { output: { conversation: conversationView(row), messageId: null, runId: null }, isNew: true };
  }
  const message = { ...input.message, clientId: input.clientId, requestHash: requestHash(input.message) };
  const { messageId, runId } = await addMessage(tx, ctx, { conversation: row, message, first: [created] });
  const current = await findConversation(tx.db, { tenantId, userId, conversationId: id });
  return { output: { conversation: conversationView(current ?? row), messageId, runId }, isNew: true };
}

async function repeatOf(
  tx: Tx,
  ctx: CallerContext,
  { clientId, hash }: { clientId: string; hash: string },
): Promise<Made | null> {
  const { tenantId, userId } = ctx.caller;
  const row = await findByClientId(tx.db, { tenantId, userId, clientId });
  if (row === undefined) return null;
  if (row.requestHash !== hash) {
    throw new AppError('IDEMPOTENCY_CONFLICT', {
      message: 'This clientId was used for another conversation. Create this one under a new clientId.',
    });
  }
  const first = await tx.db
    .selectFrom('messages')
    .select(['id', 'runId'])
    .where('tenantId', '=', tenantId)
    .where('conversationId', '=', row.id)
    .where('clientId', '=', clientId)
    .executeTakeFirst();
  const output = {
    conversation: conversationView(row),
    messageId: first?.id ?? null,
    runId: first?.runId ?? null,
  };
  return { output, isNew: false };
}

function isClientIdTaken(err: unknown): boolean {
  return (
    err instanceof Error &&
    'constraint' in err &&
    err.constraint === 'conversations_tenant_id_user_id_client_id_key'
  );
}
