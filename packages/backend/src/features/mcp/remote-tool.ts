import { createHash } from 'node:crypto';
import { type Json, type JsonObject, jsonSchema, MCP_LIMITS } from '@aura/contract';
import { z } from 'zod';
import { createArgsCheck } from './check-args.ts';

/** A tool as its server describes it. */
export interface RemoteTool {
  /** What the server calls it. */
  name: string;
  /** What models call it: the server's name in front, in letters that every provider takes. */
  toolName: string;
  description: string;
  inputSchema: JsonObject;
  /** Of name, description and schema: what people approved or classified is this and nothing else. */
  version: string;
  /** Throws `ToolInputError`. */
  check(args: unknown): { [key: string]: Json };
}

export interface ToolList {
  tools: readonly RemoteTool[];
  leftOut: readonly { name: string; reason: string }[];
}

const MAX_NAME_CHARS = 64;
const MAX_DESCRIPTION_CHARS = 4_000;

const listedSchema = z.object({
  name: z.string().min(1).max(200),
  description: z.string().default(''),
  inputSchema: z.record(z.string(), jsonSchema),
});

/**
 * What agents get of a server's list, and what not, with the reason. Tools that are as they were in `before` stay the same
 * objects: what was learnt about their schemas is not learnt again.
 */
export function readToolList(
  server: string,
  listed: readonly unknown[],
  before: readonly RemoteTool[] = [],
): ToolList {
  const known = new Map(before.map((tool) => [tool.version, tool]));
  const tools = new Map<string, RemoteTool>();
  const leftOut: { name: string; reason: string }[] = [];
  for (const item of listed.slice(0, 1_000)) {
    const read = readTool(server, item);
    const reason = 'reason' in read ? read.reason : reasonAgainst(read, tools);
    if (reason === null && 'toolName' in read) tools.set(read.toolName, known.get(read.version) ?? read);
    else leftOut.push({ name: read.name, reason: reason ?? '' });
  }
  return { tools: [...tools.values()], leftOut };
}

function reasonAgainst({ toolName }: RemoteTool, tools: ReadonlyMap<string, RemoteTool>): string | null {
  if (tools.has(toolName)) return 'Another tool has the same name.';
  return tools.size < MCP_LIMITS.toolsPerServer
    ? null
    : `A server gives at most ${MCP_LIMITS.toolsPerServer} tools.`;
}

function readTool(server: string, item: unknown): RemoteTool | { name: string; reason: string } {
  try {
    const listed = listedSchema.parse(item);
    const { name, description, inputSchema } = listed;
    if (JSON.stringify(inputSchema).length > MCP_LIMITS.schemaChars) {
      return {
        name,
        reason: `The schema of its arguments has more than ${MCP_LIMITS.schemaChars} characters.`,
      };
    }
    return {
      name,
      toolName: toolNameOf(server, name),
      description: description.slice(0, MAX_DESCRIPTION_CHARS).toWellFormed(),
      inputSchema,
      version: versionOf(listed),
      check: createArgsCheck(inputSchema),
    };
  } catch {
    // Not as the protocol has it, or nested so deeply that the stack ends.
    const { data } = z.object({ name: z.string() }).safeParse(item);
    return { name: data?.name.slice(0, 200) ?? '', reason: 'Its description cannot be read.' };
  }
}

/** Names that had to be changed carry a hash of what they were, so that two never become one. */
export function toolNameOf(server: string, name: string): string {
  const whole = `${server}__${name}`;
  const plain = whole.replaceAll(/[^\w-]/g, '_');
  if (plain === whole && plain.length <= MAX_NAME_CHARS) return plain;
  return `${plain.slice(0, MAX_NAME_CHARS - 9)}_${sha256(name).slice(0, 8)}`;
}

function versionOf({ name, description, inputSchema }: z.infer<typeof listedSchema>): string {
  return sha256(JSON.stringify([name, description, sorted(inputSchema)])).slice(0, 16);
}

/** The order of keys means nothing, and a server may give another one every time. */
function sorted(value: Json): Json {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, inner]) => [key, sorted(inner)]));
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
