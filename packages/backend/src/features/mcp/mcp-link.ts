import type { Json } from '@aura/contract';
import { type McpClientOptions, type McpTarget, openMcpClient } from './mcp-client.ts';
import { McpFailure, mcpFailure } from './mcp-failure.ts';
import { readToolResult } from './mcp-result.ts';
import { redactor } from '../../redact.ts';
import { readToolList, type ToolList } from './remote-tool.ts';

/** A connection that works. What comes over it is free of the server's secrets; all it throws are `McpFailure`s. */
export interface McpLink extends AsyncDisposable {
  /** What the server offers now. */
  list(): Promise<ToolList>;
  call(request: McpCall): Promise<Json>;
}

export interface McpCall {
  /** As the server calls it. */
  tool: string;
  args: { [key: string]: Json };
  /** Told to the server, so that it can recognise a call that is made again. */
  key: string;
  signal: AbortSignal;
}

export interface McpLinkOptions extends McpClientOptions {
  callTimeoutMs: number;
}

/** Connects to the server that its tenant calls `name`. Throws `McpFailure`; nothing stays open then. */
export async function openMcpLink(
  name: string,
  target: McpTarget,
  options: McpLinkOptions,
): Promise<McpLink> {
  const redact = redactor(Object.values(target.kind === 'http' ? target.headers : target.env));
  const safely = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (err) {
      throw mcpFailure(err, redact);
    }
  };
  const { connectTimeoutMs: listTimeoutMs, callTimeoutMs } = options;
  const mcp = await safely(async () => await openMcpClient(target, options));
  let last: ToolList | null = null;
  return {
    list: async () =>
      await safely(async () => {
        const { tools } = await mcp.client.listTools(undefined, {
          timeout: listTimeoutMs,
          cacheMode: 'refresh',
        });
        last = readToolList(name, redact(JSON.parse(JSON.stringify(tools))), last?.tools);
        return last;
      }),
    call: async ({ tool, args, key, signal }) =>
      await safely(async () => {
        const result = await mcp.client.callTool(
          { name: tool, arguments: args, _meta: { 'idempotency-key': key } },
          { signal, timeout: callTimeoutMs, maxTotalTimeout: callTimeoutMs },
        );
        const read = readToolResult(result);
        if (read.isError) throw new McpFailure('tool', redact(read.message));
        return redact(read.value);
      }),
    [Symbol.asyncDispose]: async () => await mcp[Symbol.asyncDispose](),
  };
}
