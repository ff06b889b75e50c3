import type { McpServerView } from '@aura/contract';
import { createCallerFactory } from '../../trpc/trpc.ts';
import type { TestCaller } from '../../testing/test-caller.ts';
import { mcpRouter } from './mcp-router.ts';
import { SECRET, STDIO_PROGRAM } from './testing/targets.ts';

const createCaller = createCallerFactory(mcpRouter);

/** The procedures about MCP servers, called as this user. */
export function mcpOf({ ctx }: TestCaller): ReturnType<typeof createCaller> {
  return createCaller(ctx);
}

export async function addHttp(caller: TestCaller, name: string, url: string): Promise<McpServerView> {
  const headers = { Authorization: `Bearer ${SECRET}` };
  return await mcpOf(caller).add({ transport: 'http', name, url, headers });
}

export async function addProgram(caller: TestCaller, name: string): Promise<McpServerView> {
  const env = { TEST_SECRET: SECRET };
  return await mcpOf(caller).add({
    transport: 'stdio',
    name,
    command: process.execPath,
    args: [STDIO_PROGRAM],
    env,
  });
}
