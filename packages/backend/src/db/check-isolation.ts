import { randomUUID } from 'node:crypto';
import { type RawBuilder, sql } from 'kysely';
import type { Database } from './database.ts';
import { withTransaction } from './transaction.ts';

/**
 * Refuses to go on unless row-level security really holds for the roles that requests run under: another tenant must
 * not see the canary row (the default tenant), every table must enforce policies that ask for the tenant, and no role
 * may stand above them. Throws with everything that is wrong.
 */
export async function checkIsolation(database: Database): Promise<void> {
  const names = async (query: RawBuilder<{ name: string }>): Promise<string> =>
    (await query.execute(database.db)).rows.map(({ name }) => name).join(', ');
  const writer = database.writerDb === null ? null : await currentRole(database.writerDb);
  const problems = [
    (await seesCanary(database, randomUUID())) && 'another tenant sees the canary row',
    (await seesCanary(database, '')) && 'a transaction without a tenant sees the canary row',
    found('tables without enforced policies', await names(OPEN_TABLES)),
    found('policies that do not ask for the tenant', await names(OPEN_POLICIES)),
    found('views that read with their owner’s rights', await names(OPEN_VIEWS)),
    found('roles with BYPASSRLS or SUPERUSER', await names(MIGHTY_ROLES)),
    found('aura_app is a member of', await names(ROLES_OF_APP)),
    writer !== null && writer !== 'aura_writer' && `the log writer is ${writer}, not aura_writer`,
  ].filter((problem) => problem !== false);
  if (problems.length > 0) {
    throw new Error(
      `Tenants are not isolated in this database (${problems.join('; ')}). Aura does not start: check that nobody ` +
        'altered its policies or its roles, and that DATABASE_URL has no options of its own.',
    );
  }
}

const found = (what: string, list: string): string | false => list !== '' && `${what}: ${list}`;

async function seesCanary(database: Database, tenantId: string): Promise<boolean> {
  const scope = { database, hub: { publish: () => {} }, caller: { tenantId, userId: tenantId } };
  return await withTransaction(
    scope,
    async ({ db }) => (await db.selectFrom('tenants').select('id').limit(1).executeTakeFirst()) !== undefined,
  );
}

async function currentRole(db: Database['db']): Promise<string> {
  const { rows } = await sql<{ name: string }>`select current_user as name`.execute(db);
  return rows[0]?.name ?? 'nobody';
}

const RELATIONS = sql`pg_class c join pg_namespace n on n.oid = c.relnamespace and n.nspname = current_schema()`;

const OPEN_TABLES = sql<{ name: string }>`
  select c.relname as name from ${RELATIONS}
  where c.relkind in ('r', 'p') and c.relname not like 'aura_migrations%'
    and not (c.relrowsecurity and c.relforcerowsecurity)
  order by 1`;

/** Permissive policies are joined by OR, so a single one that forgets the tenant opens the table to the application. */
const OPEN_POLICIES = sql<{ name: string }>`
  select format('%s on %s', p.polname, c.relname) as name
  from pg_policy p join ${RELATIONS} on c.oid = p.polrelid
  where p.polpermissive
    and p.polroles && array[0::oid, (select oid from pg_roles where rolname = 'aura_app')]
    and (pg_get_expr(p.polqual, p.polrelid) not like '%app.tenant%'
      or pg_get_expr(p.polwithcheck, p.polrelid) not like '%app.tenant%')
  order by 1`;

const OPEN_VIEWS = sql<{ name: string }>`
  select c.relname as name from ${RELATIONS}
  where c.relkind = 'm'
    or (c.relkind = 'v' and not coalesce(c.reloptions && array['security_invoker=true', 'security_invoker=on'], false))
  order by 1`;

const MIGHTY_ROLES = sql<{ name: string }>`
  select rolname as name from pg_roles
  where rolname in ('aura_app', 'aura_system', 'aura_writer') and (rolsuper or rolbypassrls)
  order by 1`;

const ROLES_OF_APP = sql<{ name: string }>`
  select roleid::regrole::text as name from pg_auth_members where member = 'aura_app'::regrole order by 1`;
