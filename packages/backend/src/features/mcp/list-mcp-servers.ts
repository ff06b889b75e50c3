import type { McpServerView } from '@aura/contract';
import type { CallerContext } from '../../context.ts';
import { withTransaction } from '../../db/transaction.ts';
import { selectMcpServers } from './mcp-store.ts';
import { mcpServerView } from './mcp-view.ts';

/** The servers of the caller's tenant, by name; what was given to them in secret is not told. */
export async function listMcpServers(ctx: CallerContext): Promise<McpServerView[]> {
  const rows = await withTransaction(ctx, async ({ db }) => await selectMcpServers(db, ctx.caller.tenantId));
  return rows.map(mcpServerView);
}
