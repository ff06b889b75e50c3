import { type Kysely, sql } from 'kysely';
import { type Migration, Migrator } from 'kysely/migration';
import { StartError } from '../start-error.ts';
import type { Database } from './database.ts';
import * as main from './migrations/0001-main.ts';
import * as approvals from './migrations/0002-approvals.ts';
import * as memory from './migrations/0003-memory.ts';
import * as mcp from './migrations/0004-mcp.ts';
import * as apiKeys from './migrations/0005-api-keys.ts';
import * as checkpoints from './migrations/0006-checkpoints.ts';
import * as upkeep from './migrations/0007-upkeep.ts';
import * as rooms from './migrations/0008-rooms.ts';
import * as authExternal from './migrations/0020-auth-external.ts';
import * as authMembers from './migrations/0021-auth-members.ts';
import * as auditChain from './migrations/0022-audit-chain.ts';
import * as chatGateway from './migrations/0030-chat-gateway.ts';
import * as messageWords from './migrations/0031-message-words.ts';
import * as unreadCounts from './migrations/0032-unread-counts.ts';
import * as runsInThreads from './migrations/0033-runs-in-threads.ts';

const MIGRATION_TABLE = 'aura_migrations';
const MIGRATIONS: Record<string, Migration> = {
  '0001-main': main,
  '0002-approvals': approvals,
  '0003-memory': memory,
  '0004-mcp': mcp,
  '0005-api-keys': apiKeys,
  '0006-checkpoints': checkpoints,
  '0007-upkeep': upkeep,
  '0008-rooms': rooms,
  '0020-auth-external': authExternal,
  '0021-auth-members': authMembers,
  '0022-audit-chain': auditChain,
  '0030-chat-gateway': chatGateway,
  '0031-message-words': messageWords,
  '0032-unread-counts': unreadCounts,
  '0033-runs-in-threads': runsInThreads,
};

/**
 * Brings the database up to this release; several processes may call it at once. Throws a `StartError` where the operator
 * can mend it, else what the failing migration threw, with its name.
 */
export async function migrate({ migrationDb: db }: Database): Promise<void> {
  const migrator = new Migrator({
    db: db as Kysely<unknown>,
    provider: { getMigrations: () => Promise.resolve(MIGRATIONS) },
    migrationTableName: MIGRATION_TABLE,
    migrationLockTableName: 'aura_migrations_lock',
  });
  const { error, results } = await migrator.migrateToLatest();
  if (error === undefined) return;
  const newer = results === undefined ? await newerMigrations(db) : [];
  if (newer.length > 0) {
    throw new StartError(
      `This database was written by a newer Aura (${newer.join(', ')}). ` +
        'Start that release, or use another database or AURA_DATA_DIR.',
      { cause: error },
    );
  }
  const reason = error instanceof Error ? error.message : 'no reason given';
  const failed = results?.find((result) => result.status === 'Error')?.migrationName;
  const message = `${failed === undefined ? 'The migrations' : `Migration ${failed}`} failed: ${reason}.`;
  if (/permission denied to (create|grant) role/.test(reason)) {
    const user = await userName(db);
    throw new StartError(
      `${message} Let the database user create roles (\`ALTER ROLE ${user} CREATEROLE\`), or as an administrator create ` +
        `the roles aura_app, aura_system and aura_writer and \`GRANT aura_app, aura_system, aura_writer TO ${user}\`.`,
      { cause: error },
    );
  }
  if (/permission denied for (schema|database)/.test(reason)) {
    throw new StartError(`${message} Make ${await userName(db)} the owner of this database.`, {
      cause: error,
    });
  }
  throw new Error(message, { cause: error });
}

/** What ran on this database and this release does not know. */
async function newerMigrations(db: Database['db']): Promise<string[]> {
  const { rows } = await sql<{ name: string }>`
    select name from ${sql.table(MIGRATION_TABLE)} order by name`
    .execute(db)
    .catch(() => ({ rows: [] }));
  return rows.map(({ name }) => name).filter((name) => !(name in MIGRATIONS));
}

async function userName(db: Database['db']): Promise<string> {
  const { rows } = await sql<{ name: string }>`select quote_ident(current_user) as name`.execute(db);
  return rows[0]?.name ?? '<user>';
}
