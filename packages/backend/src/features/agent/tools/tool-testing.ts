import { randomUUID } from 'node:crypto';
import type { TestCaller } from '../../../testing/test-caller.ts';
import type { Tool, ToolContext, ToolOutcome } from '../tool.ts';

/** Calls a tool as a run of this user would. */
export async function callTool(
  { ctx }: TestCaller,
  tool: Tool,
  { args, ...over }: { args: unknown } & Partial<ToolContext>,
): Promise<ToolOutcome> {
  const { tenantId, userId } = ctx.caller;
  return await tool.run(
    {
      config: ctx.config,
      database: ctx.database,
      hub: ctx.hub,
      clock: ctx.clock,
      log: ctx.log,
      messageWriter: ctx.messageWriter,
      caller: { tenantId, userId },
      runId: randomUUID(),
      conversationId: randomUUID(),
      plan: [],
      key: 'aura:run:call',
      signal: new AbortController().signal,
      ...over,
    },
    tool.parse(args),
  );
}
