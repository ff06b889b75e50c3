import { createHash } from 'node:crypto';
import type { Tool } from '../agent/tool.ts';
import type { McpConnection } from './mcp-connection.ts';
import { traitsOf } from './mcp-policy.ts';
import type { McpServerRow } from './mcp-store.ts';
import type { RemoteTool } from './remote-tool.ts';

/** A server's tool as runs use it. */
export function mcpTool(
  row: Pick<McpServerRow, 'id' | 'url' | 'command' | 'args' | 'classifications'>,
  remote: RemoteTool,
  connection: McpConnection,
): Tool {
  const { name, toolName, description, version, inputSchema } = remote;
  return {
    name: toolName,
    description,
    version: versionAt(row, version),
    inputSchema,
    ...traitsOf(row.classifications, remote).traits,
    parse: (args) => remote.check(args),
    run: async ({ key, signal }, args) => ({
      result: await connection.call({ tool: name, args: remote.check(args), key, signal }),
    }),
  };
}

/** A call is approved for one server, and for where that is: moved elsewhere, it is asked for again. */
function versionAt(
  { id, url, command, args }: Pick<McpServerRow, 'id' | 'url' | 'command' | 'args'>,
  version: string,
): string {
  const place = JSON.stringify([version, id, url, command, args]);
  return createHash('sha256').update(place).digest('hex').slice(0, 16);
}
