import type { Json } from '@aura/contract';
import { withTransaction } from '../../db/transaction.ts';
import { FACT_PREFIX, factKey } from './fact-key.ts';
import { memoryPlace } from './memory-place.ts';
import { findMemory, listNewestMemoryRows } from './memory-store.ts';

const MAX_FACTS = 50;

/** The fact about the user under a key, or the newest facts when the key is empty. */
export async function recallFacts(
  ctx: Parameters<typeof withTransaction>[0],
  key: string,
): Promise<{ key: string; value: Json }[]> {
  const place = memoryPlace(ctx.caller, { scope: 'user' });
  const rows = await withTransaction(ctx, async ({ db }) => {
    if (key === '') {
      return await listNewestMemoryRows(db, { ...place, prefix: FACT_PREFIX, limit: MAX_FACTS });
    }
    const row = await findMemory(db, { ...place, key: factKey(key) });
    return row === undefined ? [] : [row];
  });
  return rows.map((row) => ({ key: row.key.slice(FACT_PREFIX.length), value: row.value }));
}
