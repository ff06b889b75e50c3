import { sql } from 'kysely';
import { withSystemTransaction } from '../../db/transaction.ts';
import { inBatches } from './in-batches.ts';
import type { UpkeepContext } from './retention.ts';

const BATCH = 1_000;

/** Deletes what has expired, in all tenants. Only frees its space: nobody has seen it since it expired. */
export async function forgetMemories(ctx: UpkeepContext, signal: AbortSignal): Promise<void> {
  await inBatches(
    signal,
    async () =>
      await withSystemTransaction(ctx, async ({ db }) => {
        // Asks again outside: an entry that was set anew meanwhile has not expired.
        const { numAffectedRows = 0n } = await sql`
          delete from memories
          where (tenant_id, owner_id, agent, key) in (
            select tenant_id, owner_id, agent, key from memories
            where expires_at <= clock_timestamp() order by expires_at limit ${BATCH})
          and expires_at <= clock_timestamp()`.execute(db);
        return { isLast: numAffectedRows < BATCH };
      }),
  );
}
