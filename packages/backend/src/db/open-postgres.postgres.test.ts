import { createServer, connect, type Socket } from 'node:net';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestDatabase } from '../testing/test-database.ts';
import { databaseTrouble } from './database-errors.ts';
import type { Database } from './database.ts';
import { openPostgres } from './open-postgres.ts';
import { withTransaction } from './transaction.ts';

let url: string;
let made: AsyncDisposable;
beforeAll(async () => {
  const test = await createTestDatabase();
  if (test.database.kind !== 'postgres') throw new Error('this test is about PostgreSQL');
  ({ url } = test.database);
  made = test;
});
afterAll(async () => await made[Symbol.asyncDispose]());

const scope = (database: Database) => ({
  database,
  hub: { publish: () => {} },
  caller: { tenantId: '', userId: '' },
});
const setting = async (db: Database['db'], name: string): Promise<string | undefined> => {
  const { rows } = await sql<{ value: string }>`select current_setting(${name}) as value`.execute(db);
  return rows[0]?.value;
};
const pidOf = async (db: Database['db']): Promise<number | undefined> => {
  const { rows } = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(db);
  return rows[0]?.pid;
};
async function milliseconds(work: () => unknown): Promise<number> {
  const from = performance.now();
  await work();
  return performance.now() - from;
}

describe('openPostgres', () => {
  it('sets a limit to every wait but that of a migration, and the role of the log’s writer', async () => {
    await using database = openPostgres({ url });
    const { db, writerDb, migrationDb } = database;
    if (writerDb === null) return expect.unreachable();
    const names = ['statement_timeout', 'lock_timeout', 'idle_in_transaction_session_timeout'];
    const limits = async (on: Database['db']) =>
      await Promise.all(names.map(async (name) => await setting(on, name)));
    expect(await limits(db)).toEqual(['15s', '8s', '15s']);
    expect(await limits(writerDb)).toEqual(['15s', '1s', '15s']);
    expect(await limits(migrationDb)).toEqual(['0', '0', '15s']);
    expect(await setting(writerDb, 'role')).toBe('aura_writer');
  });

  it('survives a connection that is cut between two statements of a transaction, and replaces it', async () => {
    const broken: Error[] = [];
    await using database = openPostgres({ url, onBrokenConnection: (err) => broken.push(err) });
    await using killer = openPostgres({ url });
    const cut = withTransaction(scope(database), async ({ db }) => {
      const pid = await pidOf(db);
      await sql`select pg_terminate_backend(${pid})`.execute(killer.db);
      await expect.poll(() => broken.length).toBeGreaterThan(0);
      return await pidOf(db);
    });
    const err: unknown = await cut.then(
      () => null,
      (reason: unknown) => reason,
    );
    expect(databaseTrouble(err)).toMatchObject({ code: 'UNAVAILABLE' });
    expect(await withTransaction(scope(database), async ({ db }) => await pidOf(db))).toBeTypeOf('number');
  });

  it('survives a connection that is cut within a statement', async () => {
    await using database = openPostgres({ url, poolSize: 1 });
    await using killer = openPostgres({ url });
    const pid = await pidOf(database.db);
    const cut = withTransaction(
      scope(database),
      async ({ db }) => await sql`select pg_sleep(10)`.execute(db),
    );
    const err = cut.then(
      () => null,
      (reason: unknown) => reason,
    );
    await expect
      .poll(async () => {
        const { rows } = await sql<{ done: boolean }>`
          select pg_terminate_backend(pid) as done from pg_stat_activity
          where pid = ${pid} and query like '%pg_sleep(10)%'`.execute(killer.db);
        return rows.length;
      })
      .toBe(1);
    expect(databaseTrouble(await err)).toMatchObject({ code: 'UNAVAILABLE' });
    expect(await pidOf(database.db)).not.toBe(pid);
  });

  it('gives up a connection whose answers do not arrive any more, the log’s as well, and does not try it again', async () => {
    await using network = await openNetwork(url);
    await using database = openPostgres({ url: network.url, poolSize: 2, queryTimeoutMs: 300 });
    const { db, writerDb } = database;
    if (writerDb === null) return expect.unreachable();
    await pidOf(db);
    await sql`select id from streams`.execute(writerDb);
    network.swallow();
    const errors: unknown[] = [];
    const elapsed = await milliseconds(async () => {
      const results = await Promise.allSettled([
        withTransaction(scope(database), async ({ db: tx }) => await pidOf(tx)),
        sql`select id from streams`.execute(writerDb),
      ]);
      errors.push(...results.map((result) => (result.status === 'rejected' ? result.reason : null)));
    });
    expect(elapsed).toBeLessThan(1_000);
    for (const err of errors) expect(databaseTrouble(err)).toMatchObject({ code: 'TIMEOUT' });
    network.restore();
    // Behind the swallowed packets the old connections would never answer.
    await withTransaction(scope(database), async ({ db: tx }) => await pidOf(tx));
    await sql`select id from streams`.execute(writerDb);
  });

  it('says within five seconds that nobody answers where the database should be', async () => {
    await using network = await openNetwork(url);
    network.swallow();
    await using database = openPostgres({ url: network.url, connectTimeoutMs: 300 });
    const err: unknown = await pidOf(database.db).then(
      () => null,
      (reason: unknown) => reason,
    );
    expect(databaseTrouble(err)).toMatchObject({ code: 'UNAVAILABLE' });
  });
});

/** A way to the database that can swallow everything, as a network that lost its route does: no error, no answer. */
async function openNetwork(target: string) {
  const { hostname, port } = new URL(target);
  const sockets = new Set<Socket>();
  let isSwallowing = false;
  const server = createServer((near) => {
    const far = connect(Number(port), hostname);
    let isLost = isSwallowing;
    lose.add(() => {
      isLost = true;
    });
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on('error', () => {});
    }
    near.on('data', (data) => void (isLost || far.write(data)));
    far.on('data', (data) => void (isLost || near.write(data)));
    near.on('close', () => far.destroy());
    far.on('close', () => void (isLost || near.destroy()));
  });
  const lose = new Set<() => void>();
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  const url = new URL(target);
  url.host = `127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
  return {
    url: url.href,
    /** Connections of this moment are lost for good, and so are new ones until `restore`. */
    swallow() {
      isSwallowing = true;
      for (const one of lose) one();
    },
    restore() {
      isSwallowing = false;
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => {
        server.close(resolve);
      });
    },
  };
}
