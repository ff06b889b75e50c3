import { type Kysely, type Selectable, type Updateable } from 'kysely';
import { databaseNow } from '../../db/database-now.ts';
import type { Schema } from '../../db/schema.ts';
import { takeTurn } from '../../db/take-turn.ts';

type Db = Kysely<Schema>;
export type McpServerRow = Selectable<Schema['mcpServers']>;
interface Ref {
  tenantId: string;
  serverId: string;
}

/** Holds off other changes to the tenant's servers until the transaction ends: names and numbers are looked at first. */
export async function lockMcpServers(db: Db, tenantId: string): Promise<void> {
  await takeTurn(db, `aura-mcp:${tenantId}`);
}

export async function selectMcpServers(db: Db, tenantId: string): Promise<McpServerRow[]> {
  return await db
    .selectFrom('mcpServers')
    .selectAll()
    .where('tenantId', '=', tenantId)
    .orderBy('name')
    .execute();
}

export async function findMcpServer(db: Db, { tenantId, serverId }: Ref): Promise<McpServerRow | undefined> {
  return await db
    .selectFrom('mcpServers')
    .selectAll()
    .where('tenantId', '=', tenantId)
    .where('id', '=', serverId)
    .executeTakeFirst();
}

export async function changeMcpServer(
  db: Db,
  { tenantId, serverId }: Ref,
  change: Updateable<Schema['mcpServers']>,
): Promise<McpServerRow> {
  return await db
    .updateTable('mcpServers')
    .set({ ...change, updatedAt: databaseNow })
    .where('tenantId', '=', tenantId)
    .where('id', '=', serverId)
    .returningAll()
    .executeTakeFirstOrThrow();
}

export async function deleteMcpServer(
  db: Db,
  { tenantId, serverId }: Ref,
): Promise<McpServerRow | undefined> {
  return await db
    .deleteFrom('mcpServers')
    .where('tenantId', '=', tenantId)
    .where('id', '=', serverId)
    .returningAll()
    .executeTakeFirst();
}
