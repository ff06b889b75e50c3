import { type Kysely, sql } from 'kysely';
import { type Migration, Migrator } from 'kysely/migration';
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
};

/**
 * Brings the database up to this release; several processes may call it at once. Throws what the failing
 * migration threw, with its name.
 */
export async function migrate({ migrationDb: db }: Database): Promise<void> {
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
  const hint = /permission denied to (create|grant) role/.test(reason)
    ? ` Let the database user create roles (\`ALTER ROLE ${await userName(db)} CREATEROLE\`), or as an administrator create ` +
      `the roles aura_app, aura_system and aura_writer and \`GRANT aura_app, aura_system, aura_writer TO ${await userName(db)}\`.`
    : '';
  throw new Error(`Migration ${failed} failed: ${reason}.${hint}`, {
    cause: error,
  });
}

async function userName(db: Database['db']): Promise<string> {
  const { rows } = await sql<{ name: string }>`select quote_ident(current_user) as name`.execute(db);
  return rows[0]?.name ?? '<user>';
}
