import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import type { Database } from './database.ts';
import { withTransaction } from './transaction.ts';

/**
 * Refuses to go on unless row-level security really holds for the role that requests run under: another tenant must
 * not see the canary row (the default tenant) and every table with tenants in it must enforce its policies.
 */
export async function checkIsolation(database: Database): Promise<void> {
  const hub = { publish: () => {} };
  const visible = async (tenantId: string): Promise<number> =>
    await withTransaction({ database, hub, caller: { tenantId, userId: tenantId } }, async ({ db }) => {
      const row = await db
        .selectFrom('tenants')
        .select((eb) => eb.fn.countAll<number>().as('count'))
        .executeTakeFirstOrThrow();
      return row.count;
    });
  const canary = await sql<{ id: string }>`select id from tenants where slug = 'default'`
    .execute(database.db)
    .catch(() => null);
  const seenByStranger = await visible(randomUUID());
  const seenByNobody = await visible('');
  const open = await sql<{ name: string }>`
    select c.relname as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where n.nspname = current_schema() and c.relkind = 'r' and c.relname not like 'aura_migrations%'
      and not (c.relrowsecurity and c.relforcerowsecurity)`.execute(database.db);
  const problems = [
    seenByStranger > 0 && 'another tenant sees the canary row',
    seenByNobody > 0 && 'a transaction without a tenant sees the canary row',
    canary !== null && canary.rows.length > 1 && 'there is more than one default tenant',
    open.rows.length > 0 &&
      `tables without enforced policies: ${open.rows.map((row) => row.name).join(', ')}`,
  ].filter((problem) => problem !== false);
  if (problems.length > 0) {
    throw new Error(
      `Tenants are not isolated in this database (${problems.join('; ')}). ` +
        'Aura does not start: check that nobody altered its policies or gave aura_app BYPASSRLS or SUPERUSER.',
    );
  }
}
