import type { Kysely } from 'kysely';
import { sql } from 'kysely';
import type { Budgets, TokenRate } from '../../config.ts';
import type { Schema } from '../../db/schema.ts';
import type { Tx } from '../../db/transaction.ts';
import { costMicros } from './cost.ts';
import { findToday, sumUsage } from './usage-store.ts';

/** One attempt at one model call; the unit in which usage is kept. */
export interface Attempt {
  runId: string;
  tenantId: string;
  userId: string;
  conversationId: string;
  fence: number;
  step: number;
  attempt: number;
  messageId: string;
  model: string;
}

/** What an answer is taken to cost until it is known. */
const ASSUMED_OUTPUT_TOKENS = 1_000;

export type Reservation = { kind: 'reserved' } | { kind: 'fenced' } | { kind: 'exceeded'; reason: string };

/**
 * Sets aside what a model call may cost, before it is made: `promptChars` at four characters a token, and 1,000 tokens
 * of answer. Refused when a limit of the run, the user or the tenant would be passed, counting what others have set
 * aside; then nothing is written. `fenced`: the claim on the run is gone.
 */
export async function reserveUsage(
  tx: Tx,
  attempt: Attempt,
  { promptChars, budgets, rate }: { promptChars: number; budgets: Budgets; rate: TokenRate | undefined },
): Promise<Reservation> {
  const inputTokens = Math.ceil(promptChars / 4);
  const cost = costMicros({ inputTokens, outputTokens: ASSUMED_OUTPUT_TOKENS }, rate);
  const reason = await exceeded(tx.db, attempt, budgets, {
    tokens: inputTokens + ASSUMED_OUTPUT_TOKENS,
    cost,
  });
  if (reason !== null) return { kind: 'exceeded', reason };
  const { runId, fence, step, messageId, model, tenantId, userId, conversationId } = attempt;
  const { rows } = await sql`
    insert into usage_entries (run_id, step, attempt, tenant_id, user_id, conversation_id, message_id, model,
      input_tokens, output_tokens, cost_micros, created_at)
    select ${runId}, ${step}::int, ${attempt.attempt}::int, ${tenantId}, ${userId}, ${conversationId}, ${messageId},
      ${model}, ${inputTokens}::int, ${ASSUMED_OUTPUT_TOKENS}::int, ${cost}::bigint, clock_timestamp()
    from runs where id = ${runId} and fence = ${fence} and status = 'running' for no key update
    returning run_id`.execute(tx.db);
  return rows.length === 0 ? { kind: 'fenced' } : { kind: 'reserved' };
}

async function exceeded(
  db: Kysely<Schema>,
  { runId, tenantId, userId }: Attempt,
  budgets: Budgets,
  wanted: { tokens: number; cost: number },
): Promise<string | null> {
  const limits = [
    {
      name: 'budget of this run',
      tokens: budgets.runTokens,
      cost: budgets.runCostMicros,
      of: () => ({ tenantId, runId }),
    },
    {
      name: 'budget you have for today',
      tokens: budgets.userTokens,
      cost: budgets.userCostMicros,
      of: (today: Date) => ({ tenantId, userId, from: today }),
    },
    {
      name: 'budget of your workspace for today',
      tokens: budgets.tenantTokens,
      cost: budgets.tenantCostMicros,
      of: (today: Date) => ({ tenantId, from: today }),
    },
  ].filter(({ tokens, cost }) => tokens !== null || cost !== null);
  if (limits.length === 0) return null;
  // Two who reserve at once must see each other.
  await sql`select pg_advisory_xact_lock(hashtextextended(${`aura-usage:${tenantId}`}, 0))`.execute(db);
  const today = await findToday(db);
  for (const { name, tokens, cost, of } of limits) {
    const spent = await sumUsage(db, of(today.from));
    const isOver =
      (tokens !== null && spent.inputTokens + spent.outputTokens + wanted.tokens > tokens) ||
      (cost !== null && spent.costMicros + wanted.cost > cost);
    if (isOver) return `The ${name} is used up. An administrator can raise it.`;
  }
  return null;
}
