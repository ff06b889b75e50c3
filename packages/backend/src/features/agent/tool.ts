import type { Json, JsonObject, PlanStep, RunEvent, ToolRepeat, ToolRisk } from '@aura/contract';
import { z } from 'zod';
import type { Core } from '../../context.ts';
import type { Unplaced } from '../../realtime/event.ts';

/** What a tool may use: the backend's parts, for the user the run belongs to. */
export interface ToolContext extends Pick<
  Core,
  'config' | 'database' | 'hub' | 'clock' | 'log' | 'messageWriter'
> {
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
  /** This answer holds the words of strangers, although not every answer of the tool does. */
  taints?: boolean;
}

export interface Question {
  text: string;
  /** Answers to choose from; empty: any text. */
  options: string[];
}

interface ToolTraits {
  name: string;
  description: string;
  risk: ToolRisk;
  /** What doing it twice means; see `toolRepeatSchema`. */
  repeat: ToolRepeat;
  /** To be raised when the same arguments come to mean something else: an approval holds for one version. Default `1`. */
  version?: string;
  /** What it answers may be the words of strangers: the run is tainted from then on. */
  taints?: boolean;
  /** It reads or changes what is the user's own: not there in rooms, where others read along. */
  isPersonal?: boolean;
  /** A call that takes longer has failed; default 60 s. */
  timeoutMs?: number;
}

export interface Tool extends ToolTraits {
  version: string;
  taints: boolean;
  /** JSON Schema of the arguments, as models are told. */
  inputSchema: JsonObject;
  /**
   * The arguments exactly as they are shown to people, hashed and executed: checked, defaults filled in, nothing
   * unknown. Parsing its own answer changes nothing. Throws `ToolInputError` when they do not fit.
   */
  parse(args: unknown): Json;
  /** For tools that are a question to the user: a person's answer is the result, `run` is never called. */
  ask?: (args: Json) => Question;
  /** Executes with what `parse` answered. Throws when it fails; the model is told why. */
  run(ctx: ToolContext, args: Json): Promise<ToolOutcome>;
}

/** The arguments do not fit the tool's schema; the message tells the model how. */
export class ToolInputError extends Error {
  override name = 'ToolInputError';
}

interface ToolDefinition<S extends z.ZodType> extends ToolTraits {
  input: S;
  run(ctx: ToolContext, args: z.output<S>): Promise<ToolOutcome> | ToolOutcome;
}

/**
 * A tool from its zod schema and what it does. Register it in `built-in-tools.ts` or pass it to `createBackend`. Throws
 * when a tool that does more than read says that doing it twice is harmless (give it a key, or `once`).
 */
export function defineTool<S extends z.ZodType>({ input, run, ...traits }: ToolDefinition<S>): Tool {
  if ((traits.risk === 'write' || traits.risk === 'shared') && traits.repeat === 'pure') {
    throw new Error(`The tool ${traits.name} changes things, so repeating it is keyed or once, not pure.`);
  }
  return {
    version: '1',
    taints: false,
    ...traits,
    inputSchema: inputSchemaOf(input),
    parse: (args) => asJson(parseWith(input, args)),
    run: async (ctx, args) => await run(ctx, parseWith(input, args)),
  };
}

/** A tool that asks the user; what is answered is its result. */
export function defineQuestion<S extends z.ZodType>(definition: {
  name: string;
  description: string;
  input: S;
  ask(args: z.output<S>): Question;
}): Tool {
  const { name, description, input, ask } = definition;
  return {
    name,
    description,
    risk: 'read',
    repeat: 'pure',
    version: '1',
    taints: false,
    inputSchema: inputSchemaOf(input),
    parse: (args) => asJson(parseWith(input, args)),
    ask: (args) => ask(parseWith(input, args)),
    run: () => Promise.reject(new Error('a question is answered by a person')),
  };
}

function parseWith<S extends z.ZodType>(input: S, args: unknown): z.output<S> {
  const parsed = input.safeParse(args);
  if (parsed.success) return parsed.data;
  throw new ToolInputError(`The arguments do not fit: ${z.prettifyError(parsed.error)}`);
}

function asJson(value: unknown): Json {
  return z.json().parse(JSON.parse(JSON.stringify(value)));
}

function inputSchemaOf(input: z.ZodType): JsonObject {
  const { $schema: _, ...schema } = z.toJSONSchema(input, { io: 'input' });
  // Through JSON, so that it is exactly what goes over the wire.
  return z.record(z.string(), z.json()).parse(JSON.parse(JSON.stringify(schema)));
}
