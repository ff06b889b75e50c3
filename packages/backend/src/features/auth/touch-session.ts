import { sql } from 'kysely';
import type { RequestContext } from '../../context.ts';
import { withSystemTransaction } from '../../db/transaction.ts';

/** Notes that the caller's device is there, to the minute. API keys note their use by themselves. */
export async function touchSession(ctx: RequestContext): Promise<void> {
  const { caller } = ctx;
  if (caller === null || caller.scopes !== null || ctx.sessionWatch.isRevoked(caller.sessionId)) return;
  await withSystemTransaction(ctx, async ({ db }) => {
    await db
      .updateTable('sessions')
      .set({ lastUsedAt: sql<Date>`clock_timestamp()` })
      .where('id', '=', caller.sessionId)
      .where('userId', '=', caller.userId)
      .where('revokedAt', 'is', null)
      .where('lastUsedAt', '<', sql<Date>`clock_timestamp() - interval '1 minute'`)
      .execute();
  });
}
