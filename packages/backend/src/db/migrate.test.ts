import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { describe, expect, it } from 'vitest';
import { StartError } from '../start-error.ts';
import { databaseUrl, onServer } from '../testing/test-database.ts';
import { checkIsolation } from './check-isolation.ts';
import type { Database } from './database.ts';
import { migrate } from './migrate.ts';
import { openPglite } from './open-pglite.ts';
import { openPostgres } from './open-postgres.ts';

async function emptyDatabase(): Promise<Database> {
  const url = process.env.AURA_TEST_DATABASE_URL;
  if (url === undefined) return await openPglite({ dataDir: null });
  const name = `test_${randomUUID().replaceAll('-', '')}`;
  await onServer(url, `create database ${name}`);
  const database = openPostgres({ url: databaseUrl(url, name) });
  return {
    ...database,
    async [Symbol.asyncDispose]() {
      await database[Symbol.asyncDispose]();
      await onServer(url, `drop database ${name} with (force)`);
    },
  };
}

describe('migrate', () => {
  it('brings an empty database up, and changes nothing the second time', async () => {
    await using database = await emptyDatabase();
    await migrate(database);
    const tenants = async () => await database.db.selectFrom('tenants').selectAll().execute();
    const before = await tenants();
    expect(before).toMatchObject([{ slug: 'default' }]);
    await migrate(database);
    expect(await tenants()).toEqual(before);
    await checkIsolation(database);
  });

  it('names the migration that failed and leaves nothing of it', async () => {
    await using database = await emptyDatabase();
    await database.db.schema.createTable('facts').addColumn('mine', 'text').execute();
    await expect(migrate(database)).rejects.toThrow(/^Migration 0001-main failed: .*facts.* already exists/);
    await expect(database.db.selectFrom('tenants').selectAll().execute()).rejects.toThrow('does not exist');
  });

  it('says so when a newer release has written the database, and changes nothing', async () => {
    await using database = await emptyDatabase();
    await migrate(database);
    await sql`insert into aura_migrations (name, "timestamp") values ('9998-later', ''), ('9999-latest', '')`.execute(
      database.db,
    );
    const error = await migrate(database).catch((err: unknown) => err);
    expect(error).toBeInstanceOf(StartError);
    expect(error).toHaveProperty(
      'message',
      'This database was written by a newer Aura (9998-later, 9999-latest). Start that release, or use another database or AURA_DATA_DIR.',
    );
  });
});
