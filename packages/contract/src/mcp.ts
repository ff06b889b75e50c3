import { z } from 'zod';
import { idSchema, instantSchema, jsonSchema } from './primitives.ts';
import { toolRepeatSchema, toolRiskSchema } from './tool.ts';

/** How much a tenant may have; `values`: headers or environment variables of one server. */
export const MCP_LIMITS = {
  servers: 20,
  values: 20,
  toolsPerServer: 64,
  toolsPerTenant: 100,
  schemaChars: 16_384,
} as const;

/** Begins the names of its tools: `{server}__{tool}`. */
export const mcpServerNameSchema = z
  .string()
  .min(1)
  .max(24)
  .regex(/^[a-z0-9]+([_-][a-z0-9]+)*$/, { error: 'Lower-case letters and digits, joined by single - or _.' });

/** `stdio`: a program on the server's machine. `http`: a server reached over streamable HTTP. */
export const mcpTransportSchema = z.enum(['stdio', 'http']);

/** What an admin says of a tool. `pure` with a risk that changes things is a contradiction, so it is refused. */
export const mcpToolTraitsSchema = z
  .object({
    risk: toolRiskSchema,
    repeat: toolRepeatSchema,
    /** What it answers may be the words of strangers. */
    taints: z.boolean(),
  })
  .refine(({ risk, repeat }) => repeat !== 'pure' || (risk !== 'write' && risk !== 'shared'), {
    error: 'A tool that changes things is keyed or once, not pure.',
    path: ['repeat'],
  });

export const mcpServerViewSchema = z.object({
  id: idSchema,
  name: z.string(),
  transport: mcpTransportSchema,
  url: z.string().nullable(),
  command: z.string().nullable(),
  args: z.array(z.string()),
  /** Values are never told. */
  headerNames: z.array(z.string()),
  envNames: z.array(z.string()),
  isEnabled: z.boolean(),
  /** By the server's own name of the tool. A classification holds for one version of it. */
  classifications: z.record(z.string(), mcpToolTraitsSchema.and(z.object({ version: z.string() }))),
  createdAt: instantSchema,
  updatedAt: instantSchema,
});

const urlSchema = z.url({ protocol: /^https?$/, normalize: true }).max(2_048);
const commandSchema = z.string().min(1).max(1_000);
const argsSchema = z.array(z.string().max(4_000)).max(50);
const secretSchema = z.string().min(1).max(8_000);
/** The transport and the protocol set these themselves. */
const OWN_HEADERS =
  /^(host|connection|content-(type|length|encoding)|transfer-encoding|te|trailer|upgrade|expect|accept(-encoding)?|mcp-.*|last-event-id)$/i;
const headerNameSchema = z
  .string()
  .max(100)
  .regex(/^[\w!#$%&'*+.^`|~-]+$/);
const headerValueSchema = secretSchema.regex(/^[\t\x20-\x7e\x80-\xff]*$/);
const envNameSchema = z
  .string()
  .max(200)
  .regex(/^[A-Za-z_]\w*$/);
const ownHeaders = { error: 'Headers of the connection and of the protocol cannot be set.' };
const hasOwnHeader = (headers: object): boolean =>
  Object.keys(headers).some((name) => OWN_HEADERS.test(name));
const isFew = (values: object): boolean => Object.keys(values).length <= MCP_LIMITS.values;
const few = { error: `At most ${MCP_LIMITS.values}.` };

export const addMcpServerInputSchema = z.discriminatedUnion('transport', [
  z.object({
    transport: z.literal('http'),
    name: mcpServerNameSchema,
    url: urlSchema,
    headers: z
      .record(headerNameSchema, headerValueSchema)
      .refine((headers) => !hasOwnHeader(headers), ownHeaders)
      .refine(isFew, few)
      .default({}),
    isEnabled: z.boolean().default(true),
  }),
  z.object({
    transport: z.literal('stdio'),
    name: mcpServerNameSchema,
    command: commandSchema,
    args: argsSchema.default([]),
    env: z.record(envNameSchema, secretSchema).refine(isFew, few).default({}),
    isEnabled: z.boolean().default(true),
  }),
]);

/**
 * Leaves alone what it leaves out. Of headers and env, null removes one. Those that stay were given for one place: when
 * the origin of the URL, the command or its arguments change, they are forgotten unless they come along.
 */
export const updateMcpServerInputSchema = z.object({
  serverId: idSchema,
  name: mcpServerNameSchema.optional(),
  isEnabled: z.boolean().optional(),
  url: urlSchema.optional(),
  headers: z
    .record(headerNameSchema, headerValueSchema.nullable())
    .refine((headers) => !hasOwnHeader(headers), ownHeaders)
    .refine(isFew, few)
    .optional(),
  command: commandSchema.optional(),
  args: argsSchema.optional(),
  env: z.record(envNameSchema, secretSchema.nullable()).refine(isFew, few).optional(),
});

export const mcpServerRefSchema = z.object({ serverId: idSchema });

export const mcpToolViewSchema = z.object({
  /** What the server calls it. */
  name: z.string(),
  /** What models call it. */
  toolName: z.string(),
  description: z.string(),
  /** Changes when the server changes its name, description or arguments. */
  version: z.string(),
  inputSchema: jsonSchema,
  traits: mcpToolTraitsSchema,
  /** False: nobody has looked at it, or it has changed since, and the most careful traits hold. */
  isClassified: z.boolean(),
});
export const testMcpServerOutputSchema = z.discriminatedUnion('status', [
  z.object({
    status: z.literal('ok'),
    tools: z.array(mcpToolViewSchema),
    /** Tools that agents do not get, and why. */
    leftOut: z.array(z.object({ name: z.string(), reason: z.string() })),
  }),
  z.object({ status: z.literal('failed'), reason: z.string() }),
]);

export const classifyMcpToolInputSchema = z.object({
  serverId: idSchema,
  /** As the server calls it. */
  tool: z.string().min(1).max(200),
  /** The version that was looked at; another one is unclassified. */
  version: z.string().min(1).max(100),
  /** Null: take the classification back. */
  traits: mcpToolTraitsSchema.nullable(),
});

export type McpTransport = z.infer<typeof mcpTransportSchema>;
export type McpToolTraits = z.infer<typeof mcpToolTraitsSchema>;
export type McpServerView = z.infer<typeof mcpServerViewSchema>;
export type McpToolView = z.infer<typeof mcpToolViewSchema>;
export type AddMcpServerInput = z.infer<typeof addMcpServerInputSchema>;
export type UpdateMcpServerInput = z.infer<typeof updateMcpServerInputSchema>;
export type McpServerRef = z.infer<typeof mcpServerRefSchema>;
export type TestMcpServerOutput = z.infer<typeof testMcpServerOutputSchema>;
export type ClassifyMcpToolInput = z.infer<typeof classifyMcpToolInputSchema>;
