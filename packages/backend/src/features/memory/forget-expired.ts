import { sql } from 'kysely';
import type { Core } from '../../context.ts';
import { withSystemTransaction } from '../../db/transaction.ts';

const BATCH = 1_000;
/** A sweep that meets more than this leaves the rest to the next one. */
const MAX_BATCHES = 100;

/**
 * Deletes what has expired, in all tenants, in short transactions, and answers how many entries that were. Only frees
 * their space: nobody has seen them since they expired. Any number of nodes may sweep at once. Throws when `signal`
 * aborts, between two batches.
 */
export async function forgetExpired(
  ctx: Pick<Core, 'database' | 'hub'>,
  signal: AbortSignal,
): Promise<number> {
  let count = 0;
  for (let batch = 1; batch <= MAX_BATCHES; batch++) {
    signal.throwIfAborted();
    const deleted = await withSystemTransaction(ctx, async ({ db }) => {
      // Asks again outside: an entry that was set anew meanwhile has not expired.
      const { rows } = await sql`
        delete from memories
        where (tenant_id, owner_id, agent, key) in (
          select tenant_id, owner_id, agent, key from memories
          where expires_at <= clock_timestamp() order by expires_at limit ${BATCH})
        and expires_at <= clock_timestamp()
        returning 1 as gone`.execute(db);
      return rows.length;
    });
    count += deleted;
    if (deleted < BATCH) break;
  }
  return count;
}
