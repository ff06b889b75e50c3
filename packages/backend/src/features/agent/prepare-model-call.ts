import { type Tx, withTransaction } from '../../db/transaction.ts';
import type { ModelMessage } from '../../ports/model.ts';
import { FencedError } from '../../realtime/group-writer.ts';
import { reserveUsage } from '../usage/reserve-usage.ts';
import { settleLostUsage } from '../usage/settle-usage.ts';
import { buildPrompt } from './build-prompt.ts';
import { DEFAULT_BUDGETS } from './run-budget.ts';
import type { RunSession } from './run-session.ts';
import { insertSteps } from './step-store.ts';
import { unreadMessages } from './unread-messages.ts';

/** A model call that may be made: what is said to the model, and under which name its answer is kept. */
export interface PreparedCall {
  step: number;
  messageId: string;
  attempt: number;
  /** An earlier owner's attempt broke off. */
  isRepeat: boolean;
  messages: ModelMessage[];
}

/** A limit of the run, the user or the tenant would be passed. The message is for the user. */
export class BudgetExceededError extends Error {
  override name = 'BudgetExceededError';
}

/**
 * Takes in what the user has said in mid-run, builds the prompt and sets aside what the call may cost, in one
 * transaction. Throws `BudgetExceededError`, and `FencedError` when the claim is gone.
 */
export async function prepareModelCall(session: RunSession): Promise<PreparedCall> {
  const { core, run, place } = session;
  const named = session.takeMessage();
  const { said, ...call } = await withTransaction({ ...core, caller: place }, async (tx) => {
    const unread = await unreadMessages(tx.db, run, session.steps);
    const messages = await buildPrompt(tx.db, run, [...session.steps, ...unread]);
    const prepared = { ...named, step: session.nextStep + unread.length, messages };
    // First, because it waits for others of the tenant who reserve: nobody waits for this run meanwhile.
    await reserve(tx, session, prepared);
    if (unread.length > 0) {
      await session.keepClaim(tx, { hasProgress: true });
      await insertSteps(tx.db, run, { after: session.steps.length, steps: unread });
    }
    return { said: unread, ...prepared };
  });
  session.steps.push(...said);
  return call;
}

/** The same call once more, after an attempt that failed: what that one took is settled, and the next set aside. */
export async function prepareNextAttempt(session: RunSession, call: PreparedCall): Promise<PreparedCall> {
  const { core, run, place } = session;
  const next = { ...call, attempt: call.attempt + 1, isRepeat: false };
  await withTransaction({ ...core, caller: place }, async (tx) => {
    await settleLostUsage(tx, run, core.config.rates?.[run.model]);
    await reserve(tx, session, next);
  });
  return next;
}

async function reserve(
  tx: Tx,
  { core, run }: RunSession,
  { step, messageId, attempt, messages }: Omit<PreparedCall, 'isRepeat'>,
): Promise<void> {
  const { id: runId, tenantId, userId, conversationId, fence, model } = run;
  const reservation = await reserveUsage(
    tx,
    { runId, tenantId, userId, conversationId, fence, step, attempt, messageId, model },
    {
      promptChars: JSON.stringify(messages).length,
      budgets: { ...DEFAULT_BUDGETS, ...core.config.budgets },
      rate: core.config.rates?.[model],
    },
  );
  switch (reservation.kind) {
    case 'reserved':
      return;
    case 'fenced':
      throw new FencedError('the claim is gone');
    case 'exceeded':
      throw new BudgetExceededError(reservation.reason);
  }
}
