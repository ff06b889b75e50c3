import type { RegenerateInput, SendMessageOutput } from '@aura/contract';
import { AppError, notFound } from '../../app-error.ts';
import type { CallerContext } from '../../context.ts';
import { type Tx, withTransaction } from '../../db/transaction.ts';
import { requestHash } from '../../request-hash.ts';
import { answerAnew } from './answer-anew.ts';
import { listActiveRunStatuses, lockConversation } from './conversation-store.ts';
import { assertIdle } from './idle-policy.ts';
import { lastTurn } from './last-turn.ts';

/**
 * Has what the user said last answered anew. The answers of the run before are gone for every reader and for the agent;
 * what it did in the world is done. The same clientId again gives the same answer. Throws CONFLICT when `messageId` is
 * not of the last turn, RUN_ACTIVE or APPROVAL_PENDING while a run is under way.
 */
export async function regenerate(ctx: CallerContext, input: RegenerateInput): Promise<SendMessageOutput> {
  const { tenantId, userId } = ctx.caller;
  const { conversationId, messageId, clientId } = input;
  const hash = requestHash({ messageId });
  const { isNew, ...output } = await withTransaction(ctx, async (tx) => {
    const conversation = await lockConversation(tx.db, { tenantId, userId, conversationId });
    if (conversation === undefined) throw notFound('conversation');
    const earlier = await findRunByClientId(tx, { tenantId, conversationId, clientId });
    if (earlier !== undefined) {
      if (earlier.requestHash === hash) {
        return { messageId: earlier.messageId, runId: earlier.id, isNew: false };
      }
      throw new AppError('IDEMPOTENCY_CONFLICT', {
        message: 'This clientId was used for another message. Ask for this answer under a new clientId.',
      });
    }
    assertIdle(await listActiveRunStatuses(tx.db, { tenantId, conversationId }));
    const turn = await lastTurn(tx.db, { tenantId, conversationId });
    if (turn === null || (messageId !== undefined && !turn.messageIds.includes(messageId))) {
      throw new AppError('CONFLICT', {
        message: 'Only the last message can be answered anew. Edit an earlier one to branch off there.',
      });
    }
    const runId = await answerAnew(tx, { conversation, turn, call: { clientId, requestHash: hash } });
    return { messageId: turn.askedId, runId, isNew: true };
  });
  if (isNew) ctx.runner.wake(output.runId);
  return output;
}

async function findRunByClientId(
  { db }: Tx,
  { tenantId, conversationId, clientId }: { tenantId: string; conversationId: string; clientId: string },
): Promise<{ id: string; messageId: string; requestHash: string | null } | undefined> {
  return await db
    .selectFrom('runs')
    .select(['id', 'messageId', 'requestHash'])
    .where('tenantId', '=', tenantId)
    .where('conversationId', '=', conversationId)
    .where('clientId', '=', clientId)
    .executeTakeFirst();
}
