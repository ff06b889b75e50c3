import { sql } from 'kysely';
import { withTransaction } from '../../db/transaction.ts';
import type { TestCaller } from '../../testing/test-caller.ts';

/** Lets the time to live of a key of this caller run out. */
export async function expire({ ctx }: TestCaller, key: string): Promise<void> {
  await withTransaction(ctx, async ({ db }) => {
    await db
      .updateTable('memories')
      .set({ expiresAt: sql`clock_timestamp()` })
      .where('ownerId', '=', ctx.caller.userId)
      .where('key', '=', key)
      .executeTakeFirstOrThrow();
  });
}

/** As many entries as said, all at once: `n 1`, `n 2` … */
export async function fill(
  { ctx }: TestCaller,
  { ownerId, count }: { ownerId: string; count: number },
): Promise<void> {
  await withTransaction(ctx, async ({ db }) => {
    await sql`insert into memories (tenant_id, owner_id, agent, key, value, version, created_at, updated_at)
      select ${ctx.caller.tenantId}, ${ownerId}, '', 'n ' || n, 'null', gen_random_uuid(), now(), now()
      from generate_series(1, ${count}::int) n`.execute(db);
  });
}
