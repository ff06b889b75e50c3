import type { McpServerRef } from '@aura/contract';
import { notFound } from '../../app-error.ts';
import type { CallerContext } from '../../context.ts';
import { withTransaction } from '../../db/transaction.ts';
import { writeAudit } from '../audit/write-audit.ts';
import { announceMcpChange } from './mcp-news.ts';
import { deleteMcpServer } from './mcp-store.ts';

/** Removes a server with all that was said about its tools; its connections end, on every node. Throws `NOT_FOUND`. */
export async function removeMcpServer(
  ctx: CallerContext,
  { serverId }: McpServerRef,
): Promise<Record<string, never>> {
  const { tenantId } = ctx.caller;
  await withTransaction(ctx, async (tx) => {
    const row = await deleteMcpServer(tx.db, { tenantId, serverId });
    if (row === undefined) throw notFound('MCP server');
    const data = { name: row.name };
    await writeAudit(tx, ctx, { action: 'mcp.server_removed', subject: serverId, data });
  });
  announceMcpChange(ctx.bus, tenantId);
  return {};
}
