import { MCP_LIMITS } from '@aura/contract';
import type { Core } from '../../context.ts';
import { NO_HUB, withTransaction } from '../../db/transaction.ts';
import { parseAllowList } from '../../ports/fetch-allow-list.ts';
import type { Tool } from '../agent/tool.ts';
import type { ToolSource } from '../agent/tool-registry.ts';
import { createMcpConnection, type McpConnection } from './mcp-connection.ts';
import { onMcpChange } from './mcp-news.ts';
import { mayUse } from './mcp-policy.ts';
import { type McpServerRow, selectMcpServers } from './mcp-store.ts';
import { mcpTarget } from './mcp-target.ts';
import { MCP_TIMES, type McpToolsTimes } from './mcp-times.ts';
import { mcpTool } from './mcp-tool.ts';

/** The tools of the MCP servers that tenants have configured. */
export interface McpTools extends ToolSource, AsyncDisposable {}

export type McpCore = Pick<Core, 'config' | 'database' | 'bus' | 'log'>;

const MAX_CONNECTIONS = 100;
/** Connections used more recently are not given up for others: two busy tenants would only take turns connecting. */
const IN_USE_MS = 10_000;
const MAX_READS = 3;

interface Tenant {
  rows: readonly McpServerRow[];
  readAt: number;
  reading: Promise<void> | null;
  /** Something changed while it was being read. */
  isDirty: boolean;
}
interface Kept {
  tenantId: string;
  revision: number;
  connection: McpConnection;
}

/**
 * Connects to a tenant's servers when a run of it needs tools, keeps the connections of this node while they are used,
 * and follows changes that admins make on any node. Resolves once it hears of changes. Throws for an unreadable entry of
 * `toolHttpAllow`.
 */
export async function createMcpTools(core: McpCore, times: Partial<McpToolsTimes> = {}): Promise<McpTools> {
  const { config, log, bus } = core;
  // Better no start than a surprise at the first call.
  parseAllowList(config.toolHttpAllow ?? []);
  const all: McpToolsTimes = { ...MCP_TIMES, ...times };
  const tenants = new Map<string, Tenant>();
  const connections = new Map<string, Kept>();
  const closing = new Set<Promise<void>>();
  let isEnded = false;

  const close = (serverId: string, { connection }: Kept): void => {
    connections.delete(serverId);
    const closed = (async () => await connection[Symbol.asyncDispose]())();
    closing.add(closed);
    void closed.finally(() => closing.delete(closed));
  };

  const read = async (tenantId: string, tenant: Tenant): Promise<void> => {
    const scope = { ...core, hub: NO_HUB, caller: { tenantId, userId: tenantId } };
    let rows: McpServerRow[] = [];
    for (let round = 1; round === 1 || (tenant.isDirty && round <= MAX_READS); round++) {
      tenant.isDirty = false;
      rows = await withTransaction(scope, async ({ db }) => await selectMcpServers(db, tenantId));
    }
    tenant.rows = rows.filter(({ isEnabled, transport }) => isEnabled && mayUse(config, transport));
    tenant.readAt = performance.now();
    for (const [id, kept] of connections) {
      const isCurrent = tenant.rows.some((row) => row.id === id && row.revision === kept.revision);
      if (kept.tenantId === tenantId && !isCurrent) close(id, kept);
    }
  };

  const rowsOf = async (tenantId: string): Promise<readonly McpServerRow[]> => {
    const tenant = tenants.get(tenantId) ?? {
      rows: [],
      readAt: -Infinity,
      reading: null,
      isDirty: false,
    };
    tenants.set(tenantId, tenant);
    if (performance.now() - tenant.readAt > all.rowsTtlMs) {
      tenant.reading ??= read(tenantId, tenant).finally(() => {
        tenant.reading = null;
      });
      await tenant.reading;
    }
    return tenant.rows;
  };

  /** Null when this node has as many connections as it may, all in use. */
  const connectionTo = (row: McpServerRow): McpConnection | null => {
    const kept = connections.get(row.id);
    if (kept !== undefined) return kept.connection;
    if (isEnded) return null;
    if (connections.size >= MAX_CONNECTIONS && !closeLeastUsed()) {
      log.warn({ mcpServer: row.id, tenantId: row.tenantId }, 'too many MCP connections; this one waits');
      return null;
    }
    const connection = createMcpConnection({
      server: row,
      target: mcpTarget(config, row),
      log,
      allow: config.toolHttpAllow,
      version: config.version,
      times: all,
    });
    connections.set(row.id, { tenantId: row.tenantId, revision: row.revision, connection });
    return connection;
  };

  const closeLeastUsed = (): boolean => {
    const [least] = [...connections]
      .filter(([, { connection }]) => !connection.isBusy && connection.usedAt < performance.now() - IN_USE_MS)
      .toSorted(([, a], [, b]) => a.connection.usedAt - b.connection.usedAt);
    if (least !== undefined) close(...least);
    return least !== undefined;
  };

  const closeIdle = (): void => {
    const since = performance.now() - all.idleMs;
    for (const [id, kept] of connections) {
      if (!kept.connection.isBusy && kept.connection.usedAt < since) close(id, kept);
    }
    for (const [id, { readAt, reading }] of tenants) {
      if (reading === null && readAt < since) tenants.delete(id);
    }
  };

  const toolsOfServer = async (row: McpServerRow): Promise<Tool[]> => {
    const connection = connectionTo(row);
    if (connection === null) return [];
    const { tools } = await connection.tools();
    return tools.map((remote) => mcpTool(row, remote, connection));
  };

  /** What is known is out of date; connections that are of no use any more are closed at once, not at the next run. */
  const forget = (tenantId: string): void => {
    const tenant = tenants.get(tenantId);
    if (tenant === undefined) return;
    tenant.readAt = -Infinity;
    tenant.isDirty = true;
    rowsOf(tenantId).catch((err: unknown) => log.warn({ err, tenantId }, 'cannot read the MCP servers'));
  };

  const subscription = await onMcpChange(bus, forget);
  const gap = bus.onGap(() => [...tenants.keys()].forEach(forget));
  const timer = setInterval(closeIdle, Math.min(all.idleMs, 30_000));
  timer.unref();

  return {
    async toolsOf(tenantId) {
      const lists = await Promise.all((await rowsOf(tenantId)).map(toolsOfServer));
      const tools = lists.flat();
      if (tools.length > MCP_LIMITS.toolsPerTenant) {
        log.warn(
          { tenantId, tools: tools.length },
          'more MCP tools than models are given; the last are left out',
        );
      }
      return tools.slice(0, MCP_LIMITS.toolsPerTenant);
    },
    async [Symbol.asyncDispose]() {
      isEnded = true;
      clearInterval(timer);
      subscription.unsubscribe();
      gap[Symbol.dispose]();
      for (const [id, kept] of connections) close(id, kept);
      await Promise.all(closing);
    },
  };
}
