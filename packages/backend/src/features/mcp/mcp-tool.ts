import type { Tool } from '../agent/tool.ts';
import type { McpConnection } from './mcp-connection.ts';
import { traitsOf } from './mcp-policy.ts';
import type { McpServerRow } from './mcp-store.ts';
import type { RemoteTool } from './remote-tool.ts';

/** A server's tool as runs use it. */
export function mcpTool(
  { classifications }: Pick<McpServerRow, 'classifications'>,
  remote: RemoteTool,
  connection: McpConnection,
): Tool {
  const { name, toolName, description, version, inputSchema } = remote;
  return {
    name: toolName,
    description,
    version,
    inputSchema,
    ...traitsOf(classifications, remote).traits,
    parse: (args) => remote.check(args),
    run: async ({ key, signal }, args) => ({
      result: await connection.call({ tool: name, args: remote.check(args), key, signal }),
    }),
  };
}
