import type { CreateConversationOutput } from '@aura/contract';
import { AppError } from '../../app-error.ts';
import type { CallerContext } from '../../context.ts';
import { type Tx, withTransaction } from '../../db/transaction.ts';
import { findByClientId } from './conversation-store.ts';
import { conversationView } from './conversation-view.ts';

/** What makes a call the same as an earlier one. */
export interface OneCall {
  clientId: string;
  hash: string;
}

/**
 * Makes a conversation, by `make` in a transaction, and wakes its run if it has one. The same clientId again answers what
 * the first call made; with another hash it is an IDEMPOTENCY_CONFLICT.
 */
export async function conversationOnce(
  ctx: CallerContext,
  call: OneCall,
  make: (tx: Tx) => Promise<CreateConversationOutput>,
): Promise<CreateConversationOutput> {
  const made = await withTransaction(ctx, async (tx): Promise<Made> => {
    const earlier = await repeatOf(tx, ctx, call);
    return earlier ?? { output: await make(tx), isNew: true };
  }).catch(async (err: unknown) => {
    if (!isClientIdTaken(err)) throw err;
    // Lost the race against the same call; by now the winner has committed.
    return await withTransaction(ctx, async (tx) => await repeatOf(tx, ctx, call));
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

async function repeatOf(tx: Tx, ctx: CallerContext, { clientId, hash }: OneCall): Promise<Made | null> {
  const { tenantId, userId } = ctx.caller;
  const row = await findByClientId(tx.db, { tenantId, userId, clientId });
  if (row === undefined) return null;
  if (row.requestHash !== hash) {
    throw new AppError('IDEMPOTENCY_CONFLICT', {
      message: 'This clientId was used for another conversation. Create this one under a new clientId.',
    });
  }
  const message = await tx.db
    .selectFrom('messages')
    .select(['id as messageId', 'runId'])
    .where('tenantId', '=', tenantId)
    .where('conversationId', '=', row.id)
    .where('clientId', '=', clientId)
    .executeTakeFirst();
  const run = await tx.db
    .selectFrom('runs')
    .select(['messageId', 'id as runId'])
    .where('tenantId', '=', tenantId)
    .where('conversationId', '=', row.id)
    .where('clientId', '=', clientId)
    .executeTakeFirst();
  const first = message ?? run ?? { messageId: null, runId: null };
  return { output: { conversation: conversationView(row), ...first }, isNew: false };
}

function isClientIdTaken(err: unknown): boolean {
  return (
    err instanceof Error &&
    'constraint' in err &&
    err.constraint === 'conversations_tenant_id_user_id_client_id_key'
  );
}
