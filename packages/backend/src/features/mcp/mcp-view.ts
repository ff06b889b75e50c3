import type { McpServerView } from '@aura/contract';
import type { McpServerRow } from './mcp-store.ts';

export function mcpServerView(row: McpServerRow): McpServerView {
  const { id, name, transport, url, command, args, headers, env, isEnabled, classifications } = row;
  return {
    id,
    name,
    transport,
    url,
    command,
    args,
    headerNames: Object.keys(headers).toSorted(),
    envNames: Object.keys(env).toSorted(),
    isEnabled,
    classifications,
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
  };
}

/** For the audit log: where a URL leads, without what some put into its query. */
export function shownUrl(url: string | null): string | null {
  if (url === null) return null;
  const { origin, pathname } = new URL(url);
  return origin + pathname;
}
