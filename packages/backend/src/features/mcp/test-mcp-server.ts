import type { McpServerRef, McpToolView, TestMcpServerOutput } from '@aura/contract';
import { notFound } from '../../app-error.ts';
import type { CallerContext } from '../../context.ts';
import { withTransaction } from '../../db/transaction.ts';
import { UNREADABLE } from './mcp-connection.ts';
import { McpFailure } from './mcp-failure.ts';
import { openMcpLink } from './mcp-link.ts';
import { assertMayUse, traitsOf } from './mcp-policy.ts';
import { findMcpServer, type McpServerRow } from './mcp-store.ts';
import { mcpTarget } from './mcp-target.ts';
import type { RemoteTool } from './remote-tool.ts';

const TIMEOUT_MS = 10_000;

/**
 * Connects to a server, enabled or not, over a connection of its own, and tells what agents get from it, or why they get
 * nothing. Takes 20 s at most. Throws `NOT_FOUND`, and `BAD_INPUT` for a program where programs are switched off.
 */
export async function testMcpServer(
  ctx: CallerContext,
  { serverId }: McpServerRef,
): Promise<TestMcpServerOutput> {
  const { tenantId } = ctx.caller;
  const row = await withTransaction(ctx, async ({ db }) => await findMcpServer(db, { tenantId, serverId }));
  if (row === undefined) throw notFound('MCP server');
  assertMayUse(ctx.config, row.transport);
  const target = mcpTarget(ctx.config, row);
  if (target === null) return { status: 'failed', reason: UNREADABLE };
  try {
    await using link = await openMcpLink(row.name, target, {
      allow: ctx.config.toolHttpAllow,
      version: ctx.config.version,
      connectTimeoutMs: TIMEOUT_MS,
      callTimeoutMs: TIMEOUT_MS,
      signal: AbortSignal.timeout(2 * TIMEOUT_MS),
      onClose: () => {},
      onToolsChanged: () => {},
    });
    const { tools, leftOut } = await link.list();
    return { status: 'ok', tools: tools.map((tool) => toolView(row, tool)), leftOut: [...leftOut] };
  } catch (err) {
    if (!(err instanceof McpFailure)) throw err;
    return { status: 'failed', reason: err.message };
  }
}

function toolView(
  { classifications }: McpServerRow,
  { name, toolName, description, version, inputSchema }: RemoteTool,
): McpToolView {
  const { traits, isClassified } = traitsOf(classifications, { name, version });
  return { name, toolName, description, version, inputSchema, traits, isClassified };
}
