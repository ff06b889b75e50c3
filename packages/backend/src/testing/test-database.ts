import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { Client } from 'pg';
import type { BackendConfig } from '../config.ts';
import type { Database } from '../db/database.ts';
import { openPglite } from '../db/open-pglite.ts';
import { openPostgres } from '../db/open-postgres.ts';

/** A migrated database of its own, of the kind this test project is about, and how to be rid of it. */
export async function createTestDatabase(): Promise<
  { database: BackendConfig['database'] } & AsyncDisposable
> {
  const url = process.env.AURA_TEST_DATABASE_URL;
  if (url === undefined) {
    const image = new Blob([await readFile(required('AURA_TEST_PGLITE_IMAGE'))]);
    return {
      database: { kind: 'pglite', dataDir: null, image },
      [Symbol.asyncDispose]: () => Promise.resolve(),
    };
  }
  const name = `test_${randomBytes(8).toString('hex')}`;
  await onServer(url, `create database ${name} template ${TEMPLATE}`);
  return {
    database: { kind: 'postgres', url: databaseUrl(url, name) },
    [Symbol.asyncDispose]: async () => await onServer(url, `drop database ${name} with (force)`),
  };
}

/** As above, opened. */
export async function openTestDatabase(): Promise<Database> {
  await using stack = new AsyncDisposableStack();
  const { database: config } = stack.use(await createTestDatabase());
  const database = stack.use(config.kind === 'pglite' ? await openPglite(config) : openPostgres(config));
  const parts = stack.move();
  return { ...database, [Symbol.asyncDispose]: async () => await parts.disposeAsync() };
}

export const TEMPLATE = 'aura_template';

export function databaseUrl(serverUrl: string, name: string): string {
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  return url.href;
}

export async function onServer(url: string, statement: string): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}

function required(name: string): string {
  const value = process.env[name];
  if (value === undefined) {
    throw new Error(`${name} is not set: run the tests through vitest, whose global set-up makes it`);
  }
  return value;
}
