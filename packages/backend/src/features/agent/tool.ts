import type { Json, JsonObject, PlanStep, RunEvent, ToolRepeat, ToolRisk } from '@aura/contract';
import { z } from 'zod';
import type { Core } from '../../context.ts';
import type { Unplaced } from '../../realtime/event.ts';

/** What a tool may use: the backend's parts, for the user the run belongs to. */
export interface ToolContext extends Pick<Core, 'database' | 'hub' | 'clock' | 'log'> {
  caller: { tenantId: string; userId: string };
  runId: string;
  conversationId: string;
  /** The plan as it stands, for the tool that changes it. */
  plan: readonly PlanStep[];
  /** Under this key an effect may be asked for again after a crash: `aura:{run}:{call}`. */
  key: string;
  signal: AbortSignal;
}

/** What the model is told, and what else readers of the run see happen. */
export interface ToolOutcome {
  result: Json;
  events?: Unplaced<RunEvent>[];
}

export interface Tool {
  name: string;
  description: string;
  risk: ToolRisk;
  repeat: ToolRepeat;
  /** JSON Schema of the arguments, as models are told. */
  inputSchema: JsonObject;
  /** A call that takes longer has failed; default 60 s. */
  timeoutMs?: number;
  /** Throws `ToolInputError` when the arguments do not fit; anything else thrown is the tool's failure. */
  run(ctx: ToolContext, args: unknown): Promise<ToolOutcome>;
}

/** The arguments do not fit the tool's schema; the message tells the model how. */
export class ToolInputError extends Error {
  override name = 'ToolInputError';
}

interface ToolDefinition<S extends z.ZodType> {
  name: string;
  description: string;
  risk: ToolRisk;
  /** What doing it twice means; see `toolRepeatSchema`. */
  repeat: ToolRepeat;
  timeoutMs?: number;
  input: S;
  run(ctx: ToolContext, args: z.output<S>): Promise<ToolOutcome> | ToolOutcome;
}

/** A tool from its zod schema and what it does. Register it in `built-in-tools.ts` or pass it to `createBackend`. */
export function defineTool<S extends z.ZodType>({ input, run, ...rest }: ToolDefinition<S>): Tool {
  return {
    ...rest,
    inputSchema: inputSchemaOf(input),
    async run(ctx, args) {
      const parsed = input.safeParse(args);
      if (!parsed.success) {
        throw new ToolInputError(`The arguments do not fit: ${z.prettifyError(parsed.error)}`);
      }
      return await run(ctx, parsed.data);
    },
  };
}

function inputSchemaOf(input: z.ZodType): JsonObject {
  const { $schema: _, ...schema } = z.toJSONSchema(input, { io: 'input' });
  // Through JSON, so that it is exactly what goes over the wire.
  return z.record(z.string(), z.json()).parse(JSON.parse(JSON.stringify(schema)));
}
