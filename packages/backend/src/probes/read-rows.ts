import { sql } from 'kysely';
import type { Database } from '../db/database.ts';

/** What a job moves entries of the audit log between, every minute. */
const MOVING = ['audit_chain', 'audit_unsealed'];

/** Every row of a tenant as `table {…}` that only calls change, read past row-level security, in an order that stays. */
export async function readRows({ db }: Database, tenantId: string): Promise<string[]> {
  const { rows: tables } = await sql<{ name: string }>`
    select c.relname as name from pg_class c
    join pg_namespace n on n.oid = c.relnamespace and n.nspname = current_schema()
    join pg_attribute a on a.attrelid = c.oid and a.attname = 'tenant_id'
    where c.relkind in ('r', 'p') and not c.relispartition and c.relname <> all(${MOVING}) order by 1`.execute(
    db,
  );
  const found: string[] = [];
  for (const { name } of tables) {
    const { rows } = await sql<{ row: string }>`
      select to_jsonb(t)::text as row from ${sql.table(name)} t where tenant_id = ${tenantId} order by 1`.execute(
      db,
    );
    found.push(...rows.map(({ row }) => `${name} ${row}`));
  }
  return found;
}
