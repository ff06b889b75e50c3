import type { McpServerView, UpdateMcpServerInput } from '@aura/contract';
import { AppError, notFound } from '../../app-error.ts';
import type { CallerContext } from '../../context.ts';
import { jsonText } from '../../db/json-text.ts';
import { withTransaction } from '../../db/transaction.ts';
import { writeAudit } from '../audit/write-audit.ts';
import { announceMcpChange } from './mcp-news.ts';
import { assertMayUse, assertNameIsFree } from './mcp-policy.ts';
import { sealSecrets } from './mcp-secrets.ts';
import { changeMcpServer, lockMcpServers, type McpServerRow, selectMcpServers } from './mcp-store.ts';
import { mcpServerView, shownUrl } from './mcp-view.ts';

/**
 * Changes a server; connections to it are made anew, on every node. Secrets that the input does not name stay, unless they
 * would go to another place than the one they were given for: then they are forgotten. Throws `NOT_FOUND`, `CONFLICT`, and
 * `BAD_INPUT` for fields of the other transport.
 */
export async function updateMcpServer(
  ctx: CallerContext,
  input: UpdateMcpServerInput,
): Promise<McpServerView> {
  const { tenantId } = ctx.caller;
  const { serverId } = input;
  const row = await withTransaction(ctx, async (tx) => {
    await lockMcpServers(tx.db, tenantId);
    const servers = await selectMcpServers(tx.db, tenantId);
    const current = servers.find(({ id }) => id === serverId);
    if (current === undefined) throw notFound('MCP server');
    assertMayUse(ctx.config, current.transport);
    assertFitsTransport(current, input);
    const { name = current.name, isEnabled = current.isEnabled } = input;
    assertNameIsFree(
      name,
      servers.filter(({ id }) => id !== serverId),
    );
    const { url = current.url, command = current.command, args = current.args } = input;
    const next = { name, isEnabled, url, command, args };
    const isSamePlace = samePlace(current, next);
    const place = { tenantId, serverId };
    const sealed = {
      headers: sealSecrets(ctx.config, { ...place, kind: 'headers' }, given(input.headers)),
      env: sealSecrets(ctx.config, { ...place, kind: 'env' }, given(input.env)),
    };
    const changed = await changeMcpServer(
      tx.db,
      { tenantId, serverId },
      {
        ...next,
        headers: jsonText({
          ...(isSamePlace ? without(current.headers, input.headers) : {}),
          ...sealed.headers,
        }),
        env: jsonText({ ...(isSamePlace ? without(current.env, input.env) : {}), ...sealed.env }),
        // What was said of its tools was said of those at the other place.
        ...(isSamePlace ? {} : { classifications: jsonText({}) }),
        revision: current.revision + 1,
      },
    );
    const fields = Object.keys(input).filter((field) => field !== 'serverId');
    const { transport } = current;
    const data = { name, transport, url: shownUrl(url), command, isEnabled, fields };
    await writeAudit(tx, ctx, { action: 'mcp.server_updated', subject: serverId, data });
    return changed;
  });
  announceMcpChange(ctx.bus, tenantId);
  return mcpServerView(row);
}

function assertFitsTransport({ transport }: McpServerRow, input: UpdateMcpServerInput): void {
  const foreign = transport === 'http' ? [input.command, input.args, input.env] : [input.url, input.headers];
  if (foreign.every((field) => field === undefined)) return;
  throw new AppError('BAD_INPUT', {
    message: `This server is reached over ${transport}. To reach it in another way remove it and add it again.`,
  });
}

/** Whether what was given in secret would go where it went before. */
function samePlace(current: McpServerRow, next: Pick<McpServerRow, 'url' | 'command' | 'args'>): boolean {
  const originOf = (url: string | null): string | null => (url === null ? null : new URL(url).origin);
  return (
    originOf(current.url) === originOf(next.url) &&
    current.command === next.command &&
    JSON.stringify(current.args) === JSON.stringify(next.args)
  );
}

function given(values: Record<string, string | null> = {}): Record<string, string> {
  return Object.fromEntries(
    Object.entries(values).flatMap(([name, value]) => (value === null ? [] : [[name, value]])),
  );
}

/** Those that the input says nothing about. Header names mean the same in any case; names of variables do not. */
function without(
  sealed: Record<string, string>,
  changes: Record<string, string | null> = {},
): Record<string, string> {
  const changed = new Set(Object.keys(changes).map((name) => name.toLowerCase()));
  return Object.fromEntries(Object.entries(sealed).filter(([name]) => !changed.has(name.toLowerCase())));
}
