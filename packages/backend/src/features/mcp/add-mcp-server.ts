import { randomUUID } from 'node:crypto';
import type { AddMcpServerInput, McpServerView } from '@aura/contract';
import type { CallerContext } from '../../context.ts';
import { jsonText } from '../../db/json-text.ts';
import { withTransaction } from '../../db/transaction.ts';
import { writeAudit } from '../audit/write-audit.ts';
import { announceMcpChange } from './mcp-news.ts';
import { assertHasRoom, assertMayUse, assertNameIsFree } from './mcp-policy.ts';
import { sealSecrets } from './mcp-secrets.ts';
import { lockMcpServers, selectMcpServers } from './mcp-store.ts';
import { mcpServerView, shownUrl } from './mcp-view.ts';

/**
 * Adds a server; agents of the tenant have its tools from now on, on every node. Nothing is connected to here: `test` does
 * that. Throws `BAD_INPUT` for a program where programs are switched off, `CONFLICT` for a name that is taken.
 */
export async function addMcpServer(ctx: CallerContext, input: AddMcpServerInput): Promise<McpServerView> {
  assertMayUse(ctx.config, input.transport);
  const { tenantId } = ctx.caller;
  const serverId = randomUUID();
  const where = placeOf(input);
  const headers = sealSecrets(ctx.config, { tenantId, serverId, kind: 'headers' }, where.headers);
  const env = sealSecrets(ctx.config, { tenantId, serverId, kind: 'env' }, where.env);
  const row = await withTransaction(ctx, async (tx) => {
    await lockMcpServers(tx.db, tenantId);
    const servers = await selectMcpServers(tx.db, tenantId);
    assertNameIsFree(input.name, servers);
    assertHasRoom(servers);
    const { name, transport, isEnabled } = input;
    const { url, command, args } = where;
    const added = await tx.db
      .insertInto('mcpServers')
      .values({
        id: serverId,
        tenantId,
        name,
        transport,
        isEnabled,
        url,
        command,
        args,
        headers: jsonText(headers),
        env: jsonText(env),
      })
      .returningAll()
      .executeTakeFirstOrThrow();
    const data = { name, transport, url: shownUrl(url), command, isEnabled };
    await writeAudit(tx, ctx, { action: 'mcp.server_added', subject: serverId, data });
    return added;
  });
  announceMcpChange(ctx.bus, tenantId);
  return mcpServerView(row);
}

interface Place {
  url: string | null;
  headers: Record<string, string>;
  command: string | null;
  args: string[];
  env: Record<string, string>;
}

function placeOf(input: AddMcpServerInput): Place {
  switch (input.transport) {
    case 'http':
      return { url: input.url, headers: input.headers, command: null, args: [], env: {} };
    case 'stdio':
      return { url: null, headers: {}, command: input.command, args: input.args, env: input.env };
  }
}
