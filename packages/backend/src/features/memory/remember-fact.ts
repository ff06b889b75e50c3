import type { Json } from '@aura/contract';
import { AppError } from '../../app-error.ts';
import { withTransaction } from '../../db/transaction.ts';
import { FACT_PREFIX, factKey } from './fact-key.ts';
import { memoryPlace } from './memory-place.ts';
import { countOtherMemories, lockMemoryOwner } from './memory-store.ts';
import { writeMemory } from './write-memory.ts';

/** Half of a user's entries: what agents remember must not crowd out the rest. */
const MAX_FACTS = 500;

/**
 * Remembers a fact about the user in place of what was under the key, and answers what is remembered. Throws CONFLICT
 * when there are too many.
 */
export async function rememberFact(
  ctx: Parameters<typeof withTransaction>[0],
  { key, value, ttlSeconds }: { key: string; value: string; ttlSeconds?: number | undefined },
): Promise<{ key: string; value: Json }> {
  const at = { ...memoryPlace(ctx.caller, { scope: 'user' }), key: factKey(key) };
  return await withTransaction(ctx, async (tx) => {
    await lockMemoryOwner(tx.db, at);
    if ((await countOtherMemories(tx.db, { ...at, prefix: FACT_PREFIX })) >= MAX_FACTS) {
      throw new AppError('CONFLICT', {
        message: `There are ${MAX_FACTS} facts already; replace one of them instead.`,
      });
    }
    const row = await writeMemory(tx, at, { value, ttlSeconds });
    return { key: row.key.slice(FACT_PREFIX.length), value: row.value };
  });
}
