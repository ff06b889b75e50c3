import type { ForkConversationInput, ForkConversationOutput } from '@aura/contract';
import { AppError, notFound } from '../../app-error.ts';
import type { CallerContext } from '../../context.ts';
import type { Tx } from '../../db/transaction.ts';
import { requestHash } from '../../request-hash.ts';
import { announceConversation } from './announce-conversation.ts';
import { answerAnew } from './answer-anew.ts';
import { conversationOnce, type OneCall } from './conversation-once.ts';
import { findConversation, lockConversation } from './conversation-store.ts';
import { conversationView } from './conversation-view.ts';
import { type ConversationCopy, copyConversation } from './copy-conversation.ts';
import { type CopyPlan, planCopy } from './copy-plan.ts';
import { type ForkPoint, pointAfterMessage, pointAfterStep } from './fork-point.ts';

/**
 * Copies a conversation, up to a checkpoint or a message, into a new one of the caller's; with `continue` the agent goes
 * on in the copy from there, and tool calls that had no result are judged anew. The original stays as it is, also while
 * the agent is at work in it. The same clientId again answers what the first call made.
 */
export async function forkConversation(
  ctx: CallerContext,
  input: ForkConversationInput,
): Promise<ForkConversationOutput> {
  const { tenantId, userId } = ctx.caller;
  const { conversationId, clientId, checkpointId, messageId = '', title } = input;
  const hash = requestHash({ fork: { ...input, clientId: undefined } });
  const call = { clientId, hash };
  return await conversationOnce(ctx, call, async (tx) => {
    const source = await lockConversation(tx.db, { tenantId, userId, conversationId });
    if (source === undefined) throw notFound('conversation');
    const place = { tenantId, conversationId };
    const point =
      checkpointId === undefined
        ? await pointAfterMessage(tx.db, { ...place, messageId })
        : await pointAfterStep(tx.db, { ...place, checkpointId });
    const plan = await planCopy(tx.db, { ...place, point });
    const goesOn = input.continue ? whatGoesOn(plan, point) : null;
    if (goesOn?.kind === 'run') goesOn.run.ending = null;
    const copy = await copyConversation(tx, { source, plan, title, call });
    if (goesOn?.kind === 'message') return await answer(tx, copy, { messageId: goesOn.messageId, call });
    await announceConversation(tx, copy.row, copy.events);
    const run = goesOn?.run ?? null;
    return {
      conversation: conversationView(copy.row),
      messageId: run === null ? null : (plan.messageIds.get(run.original.messageId) ?? null),
      runId: run?.id ?? null,
    };
  });
}

type GoesOn =
  | { kind: 'run'; run: NonNullable<ReturnType<CopyPlan['runs']['get']>> }
  /** By its id in the copy; a run of its own answers it. */
  | { kind: 'message'; messageId: string };

/** What the agent has to do in the copy. Throws BAD_INPUT when that is nothing. */
function whatGoesOn({ runs, messages, messageIds }: CopyPlan, { upTo, tail }: ForkPoint): GoesOn {
  const run = tail === null ? undefined : runs.get(tail.runId);
  if (run !== undefined && tail?.canContinue === true) return { kind: 'run', run };
  const last = messages.find(({ seq }) => seq === upTo);
  const isOpen = last?.role === 'user' && (last.runId === null || !runs.has(last.runId));
  const messageId = last === undefined ? undefined : messageIds.get(last.id);
  if (isOpen && messageId !== undefined) return { kind: 'message', messageId };
  throw new AppError('BAD_INPUT', {
    message: 'Nothing is left to do there. Fork without `continue` and send a message.',
  });
}

async function answer(
  tx: Tx,
  { row, events }: ConversationCopy,
  { messageId, call }: { messageId: string; call: OneCall },
): Promise<ForkConversationOutput> {
  const own = [messageId];
  const runId = await answerAnew(tx, {
    conversation: row,
    turn: { askedId: messageId, userMessageIds: own, runId: null, answerIds: [], messageIds: own },
    call: { clientId: call.clientId, requestHash: call.hash },
    first: events,
  });
  const current = await findConversation(tx.db, { ...row, conversationId: row.id });
  return { conversation: conversationView(current ?? row), messageId, runId };
}
