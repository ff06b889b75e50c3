import { randomUUID } from 'node:crypto';
import { type RawBuilder, sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { collectEvents, untilDone } from '../testing/conversations.ts';
import { createTestBackend, type TestBackend } from '../testing/test-backend.ts';
import { createTestCaller, createTestTenant, type TestCaller } from '../testing/test-caller.ts';
import { withSystemTransaction, withTransaction } from './transaction.ts';

let test: TestBackend;
let owner: TestCaller;
let stranger: TestCaller;
beforeAll(async () => {
  test = await createTestBackend();
  owner = await createTestCaller(test.backend);
  stranger = await createTestCaller(test.backend, { tenantId: await createTestTenant(test.backend) });
  await fillEveryTable(owner);
});
afterAll(async () => await test[Symbol.asyncDispose]());

/** Rows of the owner in every table that has tenants: by use where there is one, else by hand. */
async function fillEveryTable({ call, ctx }: TestCaller): Promise<void> {
  await call.auth.createApiKey({ name: 'a machine', scopes: ['read'] });
  const { conversation } = await call.conversation.create({ clientId: randomUUID() });
  const message = {
    conversationId: conversation.id,
    clientId: randomUUID(),
    text: '#tool remember {"key":"k","value":"v"}\n#say done',
  };
  const { runId } = await call.conversation.send(message);
  await untilDone(owner, conversation.id, runId);
  const asking = await call.conversation.create({
    clientId: randomUUID(),
    message: { text: '#tool ask_user {"question":"?"}' },
  });
  await collectEvents(owner, asking.conversation.id, { until: ({ type }) => type === 'run_waiting' });
  const { tenantId, userId } = ctx.caller;
  await withSystemTransaction(test.backend, async ({ db }) => {
    await db.insertInto('auditLog').values({ tenantId, action: 'test', data: '{}' }).execute();
    await sql`insert into audit_chain (tenant_id, seq, entry_id, hash) values (${tenantId}, 1, 0, sha256('x'))`.execute(
      db,
    );
    await sql`insert into invitations (id, tenant_id, email, role, hash, invited_by, expires_at)
      values (${randomUUID()}, ${tenantId}, 'someone@test.local', 'user', sha256('x'), ${userId}, now())`.execute(
      db,
    );
  });
  await withTransaction(ctx, async ({ db }) => {
    await sql`insert into facts (tenant_id, user_id, key, value) values (${tenantId}, ${userId}, 'k', 'v')`.execute(
      db,
    );
  });
  await withTransaction(ctx, async ({ db }) => {
    await sql`insert into approval_policies (tenant_id, rules, version, updated_at, updated_by)
      values (${tenantId}, '[]', 1, now(), ${userId})`.execute(db);
  });
  await withTransaction(ctx, async ({ db }) => {
    await sql`insert into mcp_servers (id, tenant_id, name, transport, url, headers, env, is_enabled)
      values (${randomUUID()}, ${tenantId}, 's', 'http', 'https://mcp.example/', '{}', '{}', false)`.execute(
      db,
    );
  });
  await call.memory.set({ scope: 'user', key: 'k', value: 'v' });
  await fillRooms({ call, ctx });
}

async function fillRooms({ call, ctx }: TestCaller): Promise<void> {
  const { tenantId, userId } = ctx.caller;
  const { id: roomId } = await call.chat.createRoom({ clientId: randomUUID(), name: 'room' });
  const posted = await call.chat.postMessage({ roomId, clientId: randomUUID(), text: 'hello' });
  const { messageId } = posted;
  const others = await Promise.all([createTestCaller(test.backend), createTestCaller(test.backend)]);
  const [muted = '', banned = ''] = others.map((other) => other.ctx.caller.userId);
  await call.chat.invite({ roomId, userIds: [muted] });
  await call.chat.mute({ roomId, userId: muted, seconds: 60 });
  await call.chat.removeMember({ roomId, userId: muted });
  await call.chat.ban({ roomId, userId: banned });
  await call.chat.addReaction({ roomId, messageId, emoji: '🎉' });
  await withTransaction(ctx, async ({ db }) => {
    const file = {
      id: randomUUID(),
      tenantId,
      roomId,
      uploadedBy: userId,
      name: 'a',
      mediaType: 'text/plain',
    };
    await db
      .insertInto('attachments')
      .values({ ...file, bytes: 1, sha256: new Uint8Array(32), createdAt: new Date() })
      .execute();
  });
}

interface Table {
  name: string;
  /** The column that says whose a row is. */
  column: string;
}

/** From the catalog, so that a table of tomorrow is tested as well. */
async function tenantTables(): Promise<Table[]> {
  const { rows } = await sql<Table>`
    select c.relname as name, a.attname as column
    from pg_class c
    join pg_namespace n on n.oid = c.relnamespace and n.nspname = current_schema()
    join pg_attribute a on a.attrelid = c.oid
    where c.relkind in ('r', 'p') and (a.attname = 'tenant_id' or (c.relname = 'tenants' and a.attname = 'id'))
    order by 1`.execute(test.backend.database.db);
  return rows;
}

/** What a transaction of this tenant sees of a table, with no filter of the application's. */
async function countAs(tenantId: string, table: string): Promise<number> {
  const scope = { ...test.backend, caller: { tenantId, userId: '' } };
  return await withTransaction(scope, async ({ db }) => await count(db, sql`${sql.table(table)}`));
}
async function count(
  db: Parameters<RawBuilder<unknown>['execute']>[0],
  from: RawBuilder<unknown>,
): Promise<number> {
  const { rows } = await sql<{ count: number }>`select count(*) as count from ${from}`.execute(db);
  return rows[0]?.count ?? 0;
}

describe('row-level security', () => {
  it('shows every table with tenants in it to its tenant, and nothing of it to others or to nobody', async () => {
    const tables = await tenantTables();
    expect(tables.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['events', 'messages', 'runs', 'steps']),
    );
    for (const { name, column } of tables) {
      expect(await count(test.backend.database.db, sql`${sql.table(name)}`), name).toBeGreaterThan(0);
      const { tenantId } = owner.ctx.caller;
      expect(await countAs(tenantId, name), `${name} as its tenant`).toBeGreaterThan(0);
      expect(await countAs(randomUUID(), name), `${name} as a stranger`).toBe(0);
      expect(await countAs('', name), `${name} as nobody`).toBe(0);
      const seen = await withTransaction(
        stranger.ctx,
        async ({ db }) =>
          await count(
            db,
            sql`${sql.table(name)} where ${sql.ref(column)} <> ${stranger.ctx.caller.tenantId}`,
          ),
      );
      expect(seen, `${name} as another tenant`).toBe(0);
    }
  });

  it('refuses to write a row of another tenant into any table, and to move one there', async () => {
    const denied = /row-level security|permission denied/;
    const { tenantId } = owner.ctx.caller;
    for (const { name, column } of await tenantTables()) {
      const insert = withTransaction(
        stranger.ctx,
        async ({ db }) =>
          await sql`insert into ${sql.table(name)} (${sql.ref(column)}) values (${tenantId})`.execute(db),
      );
      await expect(insert, `insert into ${name}`).rejects.toThrow(denied);
      const move = withTransaction(
        owner.ctx,
        async ({ db }) =>
          await sql`update ${sql.table(name)} set ${sql.ref(column)} = ${stranger.ctx.caller.tenantId}`.execute(
            db,
          ),
      );
      await expect(move, `update ${name}`).rejects.toThrow(denied);
      const total = async (): Promise<number> =>
        await count(test.backend.database.db, sql`${sql.table(name)}`);
      const before = await total();
      await withTransaction(
        stranger.ctx,
        async ({ db }) => await sql`delete from ${sql.table(name)}`.execute(db),
      ).catch((err: unknown) => expect(String(err)).toMatch(denied));
      expect(await total(), `delete from ${name}`).toBe(before);
    }
  });

  it('leaves nothing of a tenant behind on a connection: after a commit, an error, an abort, a time-out', async () => {
    const fail = [
      'select 1 / 0',
      'select * from no_such_table',
      "select set_config('statement_timeout', '1ms', true), pg_sleep(1)",
      'delete from events',
    ];
    const { database } = test.backend;
    for (const statement of ['select 1', ...fail, null]) {
      await withTransaction(owner.ctx, async ({ db }) => {
        expect(await count(db, sql`events`)).toBeGreaterThan(0);
        if (statement === null) throw new Error('the use case failed');
        await sql.raw(statement).execute(db);
      }).catch(() => {});
      // As many as the pool has, so that every connection is looked at.
      const left = await Promise.all(
        Array.from({ length: 25 }, async () => {
          const { rows } = await sql<{ tenant: string | null; role: string }>`
            select nullif(current_setting('app.tenant', true), '') as tenant, current_setting('role') as role`.execute(
            database.db,
          );
          return rows[0];
        }),
      );
      expect(new Set(left.map((row) => JSON.stringify(row)))).toEqual(
        new Set([JSON.stringify({ tenant: null, role: 'none' })]),
      );
      expect(await countAs('', 'events')).toBe(0);
    }
  });

  it('hides passwords, sign-ins and users of other tenants from the application', async () => {
    const denied = /permission denied/;
    const as = async (statement: string): Promise<unknown> =>
      await withTransaction(stranger.ctx, async ({ db }) => (await sql.raw(statement).execute(db)).rows);
    await expect(as('select password_hash from users')).rejects.toThrow(denied);
    await expect(as('select * from login_attempts')).rejects.toThrow(denied);
    expect(await as('select id from users')).toEqual([{ id: stranger.ctx.caller.userId }]);
  });

  it('does not let the application change what is only ever added', async () => {
    for (const table of ['events', 'audit_log', 'steps', 'messages', 'users', 'tenants', 'memberships']) {
      const all = [`update ${table} set id = id`, `delete from ${table}`, `truncate ${table}`];
      // A user may delete checkpoints, not change them.
      for (const statement of table === 'steps' ? all.filter((one) => !one.startsWith('delete')) : all) {
        const change = withTransaction(owner.ctx, async ({ db }) => await sql.raw(statement).execute(db));
        await expect(change, statement).rejects.toThrow(/permission denied|column "id"/);
      }
    }
  });
});
