import type { Kysely } from 'kysely';
import type { Budgets, TokenRate } from '../../config.ts';
import type { Schema } from '../../db/schema.ts';
import { takeTurn } from '../../db/take-turn.ts';
import type { Tx } from '../../db/transaction.ts';
import { CHARS_PER_TOKEN, costMicros } from './cost.ts';
import { type Attempt, insertReservation } from './reservation-store.ts';
import { findToday, sumUsage } from './usage-store.ts';

/** What an answer is taken to be until it is known. */
const ASSUMED_OUTPUT_TOKENS = 1_000;

export type Reservation = { kind: 'reserved' } | { kind: 'fenced' } | { kind: 'exceeded'; reason: string };

/**
 * Sets aside what a model call may cost, before it is made: its prompt by length, and an answer as assumed. Refused
 * when a limit of the run, the user or the tenant would be passed, counting what others have set aside; then nothing is
 * written. `fenced`: the claim on the run is gone.
 */
export async function reserveUsage(
  tx: Tx,
  attempt: Attempt,
  { promptChars, budgets, rate }: { promptChars: number; budgets: Budgets; rate: TokenRate | undefined },
): Promise<Reservation> {
  const inputTokens = Math.ceil(promptChars / CHARS_PER_TOKEN);
  const usage = { inputTokens, outputTokens: ASSUMED_OUTPUT_TOKENS };
  const cost = costMicros(usage, rate);
  const tokens = inputTokens + ASSUMED_OUTPUT_TOKENS;
  const reason = await exceeded(tx.db, attempt, budgets, { tokens, cost });
  if (reason !== null) return { kind: 'exceeded', reason };
  const isReserved = await insertReservation(tx.db, attempt, { ...usage, costMicros: cost });
  return { kind: isReserved ? 'reserved' : 'fenced' };
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
  await takeTurn(db, `aura-usage:${tenantId}`);
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
