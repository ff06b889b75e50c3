import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startPostgres } from '../testing/services/postgres.ts';
import { openTestDatabase } from '../testing/test-database.ts';
import { checkIsolation } from './check-isolation.ts';
import type { Database } from './database.ts';
import { migrate } from './migrate.ts';
import { openPostgres } from './open-postgres.ts';

// A server of its own: what is spoilt here are roles as well, which all databases of a server share.
let database: Database;
let open: (options: string) => Database;
let parts: AsyncDisposableStack;
beforeAll(async () => {
  await using stack = new AsyncDisposableStack();
  if (process.env.AURA_TEST_DATABASE_URL === undefined) {
    database = stack.use(await openTestDatabase());
  } else {
    const { url } = stack.use(await startPostgres());
    open = (options) => openPostgres({ url: url + options });
    database = stack.use(open(''));
    await migrate(database);
  }
  parts = stack.move();
});
afterAll(async () => await parts[Symbol.asyncDispose]());

const run = async (statement: string): Promise<unknown> => await sql.raw(statement).execute(database.db);

describe('checkIsolation', () => {
  it('lets a database pass that is as the migrations made it', async () => {
    await checkIsolation(database);
  });

  it.each([
    {
      name: 'a policy lets everybody see everything',
      spoil: 'create policy open on events to public using (true)',
      mend: 'drop policy open on events',
      says: 'policies that do not ask for the tenant: open on events',
    },
    {
      name: 'a policy lets the application write for any tenant',
      spoil: `alter policy tenant_rows on messages with check (true)`,
      mend: `alter policy tenant_rows on messages with check (tenant_id = nullif(current_setting('app.tenant', true), '')::uuid)`,
      says: 'policies that do not ask for the tenant: tenant_rows on messages',
    },
    {
      name: 'the canary can be seen',
      spoil: `alter policy tenant_rows on tenants using (id is not null or current_setting('app.tenant', true) = '')`,
      mend: `alter policy tenant_rows on tenants using (id = nullif(current_setting('app.tenant', true), '')::uuid)`,
      says: 'another tenant sees the canary row',
    },
    {
      name: 'row-level security is off for a table',
      spoil: 'alter table steps disable row level security',
      mend: 'alter table steps enable row level security',
      says: 'tables without enforced policies: steps',
    },
    {
      name: 'row-level security spares the owner of a table',
      spoil: 'alter table steps no force row level security',
      mend: 'alter table steps force row level security',
      says: 'tables without enforced policies: steps',
    },
    {
      name: 'there is a table without any',
      spoil: 'create table notes (tenant_id uuid, text text)',
      mend: 'drop table notes',
      says: 'tables without enforced policies: notes',
    },
    {
      name: 'a view reads with its owner’s rights',
      spoil: 'create view all_messages as select * from messages',
      mend: 'drop view all_messages',
      says: 'views that read with their owner’s rights: all_messages',
    },
    {
      name: 'the application’s role is above row-level security',
      spoil: 'alter role aura_app bypassrls',
      mend: 'alter role aura_app nobypassrls',
      says: 'roles with BYPASSRLS or SUPERUSER: aura_app',
    },
    {
      name: 'the writer’s role is above everything',
      spoil: 'alter role aura_writer superuser',
      mend: 'alter role aura_writer nosuperuser',
      says: 'roles with BYPASSRLS or SUPERUSER: aura_writer',
    },
    {
      name: 'the application’s role has been given another one',
      spoil: 'grant aura_system to aura_app',
      mend: 'revoke aura_system from aura_app',
      says: 'aura_app is a member of: aura_system',
    },
  ])('refuses when $name', async ({ spoil, mend, says }) => {
    await run(spoil);
    try {
      await expect(checkIsolation(database)).rejects.toThrow(says);
      await expect(checkIsolation(database)).rejects.toThrow('Aura does not start');
    } finally {
      await run(mend);
    }
    await checkIsolation(database);
  });

  it('lets a view pass that reads with its reader’s rights', async () => {
    await run('create view own_messages with (security_invoker) as select * from messages');
    await checkIsolation(database);
    await run('drop view own_messages');
  });

  it('refuses a connection whose own options displace the log writer’s role', async () => {
    if (database.kind === 'pglite') return;
    await using displaced = open('?options=-c%20geqo%3Don');
    await expect(checkIsolation(displaced)).rejects.toThrow('the log writer is postgres');
  });
});
