import type { ClassifyMcpToolInput, McpServerView } from '@aura/contract';
import { notFound } from '../../app-error.ts';
import type { CallerContext } from '../../context.ts';
import { jsonText } from '../../db/json-text.ts';
import { withTransaction } from '../../db/transaction.ts';
import { writeAudit } from '../audit/write-audit.ts';
import { announceMcpChange } from './mcp-news.ts';
import { assertHasRoomForTool } from './mcp-policy.ts';
import { changeMcpServer, findMcpServer, lockMcpServers } from './mcp-store.ts';
import { mcpServerView } from './mcp-view.ts';

/**
 * Says what a tool may do to the world and what doing it twice means, for the version that the admin looked at. Throws
 * `NOT_FOUND`.
 */
export async function classifyMcpTool(
  ctx: CallerContext,
  input: ClassifyMcpToolInput,
): Promise<McpServerView> {
  const { tenantId } = ctx.caller;
  const { serverId, tool, version, traits } = input;
  const row = await withTransaction(ctx, async (tx) => {
    await lockMcpServers(tx.db, tenantId);
    const current = await findMcpServer(tx.db, { tenantId, serverId });
    if (current === undefined) throw notFound('MCP server');
    const others = Object.entries(current.classifications).filter(([name]) => name !== tool);
    if (traits !== null) assertHasRoomForTool(others);
    const classifications = Object.fromEntries(
      traits === null ? others : [...others, [tool, { ...traits, version }]],
    );
    const data = { name: current.name, tool, version, traits };
    await writeAudit(tx, ctx, { action: 'mcp.tool_classified', subject: serverId, data });
    const change = { classifications: jsonText(classifications) };
    return await changeMcpServer(tx.db, { tenantId, serverId }, change);
  });
  announceMcpChange(ctx.bus, tenantId);
  return mcpServerView(row);
}
