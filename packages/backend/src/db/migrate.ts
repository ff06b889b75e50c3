import type { Kysely } from 'kysely';
import { type Migration, Migrator } from 'kysely/migration';
import type { Database } from './database.ts';
import * as main from './migrations/0001-main.ts';

const MIGRATIONS: Record<string, Migration> = { '0001-main': main };

/**
 * Brings the database up to this release; several processes may call it at once. Throws what the failing
 * migration threw, with its name.
 */
export async function migrate({ db }: Database): Promise<void> {
  const migrator = new Migrator({
    db: db as Kysely<unknown>,
    provider: { getMigrations: () => Promise.resolve(MIGRATIONS) },
    migrationTableName: 'aura_migrations',
    migrationLockTableName: 'aura_migrations_lock',
  });
  const { error, results } = await migrator.migrateToLatest();
  if (error === undefined) return;
  const reason = error instanceof Error ? error.message : 'no reason given';
  const failed = results?.find((result) => result.status === 'Error')?.migrationName ?? 'migration';
  const hint = /permission denied to create role/.test(reason)
    ? ' The database user must be allowed to create roles once: `ALTER ROLE <user> CREATEROLE`, or create aura_app, aura_system and aura_writer for it and grant them.'
    : '';
  throw new Error(`Migration ${failed} failed: ${reason}.${hint}`, {
    cause: error,
  });
}
