import type { BackendConfig } from '../../config.ts';
import type { McpTarget } from './mcp-client.ts';
import { openSecrets } from './mcp-secrets.ts';
import type { McpServerRow } from './mcp-store.ts';

/** Where the row says that its server is; null when its secrets cannot be read. */
export function mcpTarget(config: BackendConfig, row: McpServerRow): McpTarget | null {
  const { tenantId, id: serverId, url, command, args } = row;
  if (url !== null) {
    const headers = openSecrets(config, { tenantId, serverId, kind: 'headers' }, row.headers);
    return headers === null ? null : { kind: 'http', url, headers };
  }
  if (command === null) return null;
  const env = openSecrets(config, { tenantId, serverId, kind: 'env' }, row.env);
  return env === null ? null : { kind: 'stdio', command, args, env };
}
