import { MCP_LIMITS, type McpToolTraits, type McpTransport } from '@aura/contract';
import { AppError } from '../../app-error.ts';
import type { BackendConfig } from '../../config.ts';

/** What holds until an admin has looked at a tool: whatever it may do, assume the worst of it. */
const UNCLASSIFIED: McpToolTraits = { risk: 'external', repeat: 'once', taints: true };
const MAX_CLASSIFIED = 200;

interface Classifications {
  [tool: string]: McpToolTraits & { version: string };
}

/** A classification is of what was looked at: for a tool that has changed since, it is none. */
export function traitsOf(
  classifications: Classifications,
  { name, version }: { name: string; version: string },
): { traits: McpToolTraits; isClassified: boolean } {
  const found = Object.hasOwn(classifications, name) ? classifications[name] : undefined;
  if (found === undefined || found.version !== version) return { traits: UNCLASSIFIED, isClassified: false };
  const { risk, repeat, taints } = found;
  return { traits: { risk, repeat, taints }, isClassified: true };
}

/** Programs on the server's machine are for deployments that trust their admins with it. */
export function mayUse({ allowsStdioTools = false }: BackendConfig, transport: McpTransport): boolean {
  switch (transport) {
    case 'http':
      return true;
    case 'stdio':
      return allowsStdioTools;
  }
}

export function assertMayUse(config: BackendConfig, transport: McpTransport): void {
  if (mayUse(config, transport)) return;
  throw new AppError('BAD_INPUT', {
    message:
      'Programs on this server are switched off. Use a server with an http URL, or have the operator set AURA_STDIO_TOOLS=true.',
  });
}

export function assertNameIsFree(name: string, others: readonly { name: string }[]): void {
  if (!others.some((other) => other.name === name)) return;
  throw new AppError('CONFLICT', { message: `There is a server ${name} already. Choose another name.` });
}

export function assertHasRoom(servers: readonly unknown[]): void {
  if (servers.length < MCP_LIMITS.servers) return;
  throw new AppError('CONFLICT', {
    message: `A tenant has at most ${MCP_LIMITS.servers} servers. Remove one first.`,
  });
}

/** Tools come and go on a server, and what was said of those that went stays until it is taken back. */
export function assertHasRoomForTool(classified: readonly unknown[]): void {
  if (classified.length < MAX_CLASSIFIED) return;
  throw new AppError('CONFLICT', {
    message: `At most ${MAX_CLASSIFIED} tools of a server can be classified. Take one back first.`,
  });
}
