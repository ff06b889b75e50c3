import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startPostgres, type TestPostgres } from '../testing/services/postgres.ts';
import { databaseUrl, onServer } from '../testing/test-database.ts';
import { checkIsolation } from './check-isolation.ts';
import type { Database } from './database.ts';
import { migrate } from './migrate.ts';
import { openPostgres } from './open-postgres.ts';

// An empty server of its own: the roles that the first migration makes are shared by all databases of a server.
let server: TestPostgres;
beforeAll(async () => {
  server = await startPostgres();
});
afterAll(async () => await server.stop());

async function emptyDatabase(owner = 'postgres'): Promise<string> {
  const name = `test_${randomUUID().replaceAll('-', '')}`;
  await onServer(server.url, `create database ${name} owner ${owner}`);
  return databaseUrl(server.url, name);
}

function asUser(url: string, user: string, password: string): string {
  const result = new URL(url);
  result.username = user;
  result.password = password;
  return result.href;
}

async function migrations({ db }: Database): Promise<number> {
  const { rows } = await sql<{ count: number }>`select count(*) as count from aura_migrations`.execute(db);
  return rows[0]?.count ?? 0;
}

describe('migrate', () => {
  it('brings several new databases of a new server up at once, each from several processes', async () => {
    const urls = await Promise.all(Array.from({ length: 4 }, async () => await emptyDatabase()));
    const nodes = urls.flatMap((url) => [url, url, url]).map((url) => openPostgres({ url, poolSize: 2 }));
    try {
      await Promise.all(nodes.map(migrate));
      for (const node of nodes) {
        expect(await migrations(node)).toBe(await migrations(nodes[0] ?? node));
        expect(await migrations(node)).toBeGreaterThan(1);
        await checkIsolation(node);
      }
    } finally {
      await Promise.all(nodes.map(async (node) => await node[Symbol.asyncDispose]()));
    }
  });

  it('needs no superuser: an owner that may create roles is enough, and so is one that was given them', async () => {
    await onServer(server.url, "create role creator login createrole password 'x'");
    await onServer(server.url, "create role plain login password 'x'");
    await onServer(server.url, 'grant aura_app, aura_system, aura_writer to plain');
    await using fresh = await startPostgres();
    await onServer(fresh.url, "create role creator login createrole password 'x'");
    await onServer(fresh.url, 'create database aura owner creator');
    for (const url of [
      asUser(databaseUrl(fresh.url, 'aura'), 'creator', 'x'),
      asUser(await emptyDatabase('plain'), 'plain', 'x'),
    ]) {
      await using database = openPostgres({ url });
      await migrate(database);
      await migrate(database);
      await checkIsolation(database);
    }
  });

  it('says what to do when its user may neither create the roles nor use them', async () => {
    await onServer(server.url, "create role outsider login password 'x'");
    await using database = openPostgres({ url: asUser(await emptyDatabase('outsider'), 'outsider', 'x') });
    await expect(migrate(database)).rejects.toThrow(/grant (aura_\w+, ){2}aura_\w+ to outsider/i);
  });
});
