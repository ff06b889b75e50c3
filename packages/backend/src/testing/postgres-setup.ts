import type { TestProject } from 'vitest/node';
import { migrate } from '../db/migrate.ts';
import { openPostgres } from '../db/open-postgres.ts';
import { installPgBoss } from '../ports/install-pg-boss.ts';
import { startPostgres } from './services/postgres.ts';
import { startRedis } from './services/redis.ts';
import { databaseUrl, onServer, TEMPLATE } from './test-database.ts';

/** Vitest's global set-up of the PostgreSQL + Redis project: both servers, and a migrated template to clone. */
export async function setup({ config }: TestProject): Promise<() => Promise<void>> {
  const [postgres, redis] = await Promise.all([startPostgres(), startRedis()]);
  await onServer(postgres.url, `create database ${TEMPLATE}`);
  {
    await using database = openPostgres({ url: databaseUrl(postgres.url, TEMPLATE) });
    await migrate(database);
    await installPgBoss({ kind: 'postgres', url: databaseUrl(postgres.url, TEMPLATE) }, fail);
  }
  // Of this project alone: `process.env` is the other project's as well.
  config.env = { ...config.env, AURA_TEST_DATABASE_URL: postgres.url, AURA_TEST_REDIS_URL: redis.url };
  return async () => {
    await Promise.all([postgres.stop(), redis.stop()]);
  };
}

function fail(err: unknown): void {
  throw err;
}
