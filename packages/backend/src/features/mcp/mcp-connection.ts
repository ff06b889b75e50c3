import type { Json } from '@aura/contract';
import type { Logger } from 'pino';
import { untilAborted } from '../../until-aborted.ts';
import type { McpTarget } from './mcp-client.ts';
import { McpFailure, mcpFailure } from './mcp-failure.ts';
import { type McpCall, type McpLink, openMcpLink } from './mcp-link.ts';
import type { McpTimes } from './mcp-times.ts';
import type { ToolList } from './remote-tool.ts';

/**
 * One server, connected to when it is needed:
 *
 *   resting ──use, from `retryAt` on──▶ opening ──▶ open ──closed or lost──▶ resting
 *                                          └──failed──▶ resting
 *   any ──disposed──▶ ended
 *
 * One attempt at a time. A run waits for a first attempt only, and `waitMs` at most; once one has failed, further attempts
 * are made behind the runs' backs, at growing distances, and what the server offers is missing until one succeeds. A
 * connection that breaks is renewed at once, unless it breaks again within a minute.
 */
export interface McpConnection extends AsyncDisposable {
  /** When it was last asked for anything, by `performance.now`. */
  readonly usedAt: number;
  readonly isBusy: boolean;
  /** What the server offers; nothing while it cannot be reached. Never throws. */
  tools(): Promise<ToolList>;
  /** Throws, with a message for the model, when the server cannot be reached or says that it failed. */
  call(request: McpCall): Promise<Json>;
}

export interface McpConnectionOptions {
  server: { id: string; tenantId: string; name: string };
  /** Null: its secrets cannot be read, so it is never connected to. */
  target: McpTarget | null;
  log: Logger;
  allow: readonly string[] | undefined;
  version: string;
  times: McpTimes;
}

interface Open {
  kind: 'open';
  link: McpLink;
  list: ToolList;
  openedAt: number;
  readAt: number;
  isStale: boolean;
  reading: Work | null;
}
interface Work {
  startedAt: number;
  done: Promise<void>;
}
type State = { kind: 'resting' } | ({ kind: 'opening' } & Work) | Open | { kind: 'ended' };

const NOTHING: ToolList = { tools: [], leftOut: [] };
const MAX_PAUSE_MS = 5 * 60_000;
const STABLE_MS = 60_000;
export const UNREADABLE = 'Its secrets cannot be read any more. Enter them again.';

export function createMcpConnection(options: McpConnectionOptions): McpConnection {
  const { server, target, log, allow, version, times } = options;
  const about = { mcpServer: server.id, tenantId: server.tenantId };
  const ending = new AbortController();
  const closing = new Set<Promise<void>>();
  let state: State = { kind: 'resting' };
  let failures = 0;
  let hasFailedToOpen = false;
  let retryAt = 0;
  let usedAt = performance.now();
  let calls = 0;

  // Asked for through a function, because it changes during every wait.
  const current = (): State => state;

  const disposed = async (link: McpLink): Promise<void> => {
    try {
      await link[Symbol.asyncDispose]();
    } catch {
      log.warn(about, 'an MCP connection did not close properly');
    }
  };

  const close = (link: McpLink): void => {
    const closed = disposed(link);
    closing.add(closed);
    void closed.finally(() => closing.delete(closed));
  };

  const rest = (pauses: number, fields: object, message: string): void => {
    const pauseMs = pauses === 0 ? 0 : Math.min(times.pauseMs * 2 ** (pauses - 1), MAX_PAUSE_MS) * jitter();
    retryAt = performance.now() + pauseMs;
    state = { kind: 'resting' };
    log.warn({ ...about, ...fields, retryInMs: Math.round(pauseMs) }, message);
  };

  const drop = (open: Open, { kind, message: reason }: McpFailure): void => {
    if (state !== open) return;
    if (performance.now() - open.openedAt > STABLE_MS) failures = 0;
    // A server that only wants a new session has not failed.
    if (kind !== 'session') failures += 1;
    rest(Math.max(failures - 1, 0), { reason }, 'the connection to an MCP server was lost');
    close(open.link);
  };

  const tellLeftOut = ({ leftOut }: ToolList): void => {
    if (leftOut.length > 0) log.warn({ ...about, leftOut }, 'some tools of an MCP server were left out');
  };

  const connect = async (): Promise<Open> => {
    if (target === null) throw new McpFailure('other', UNREADABLE);
    let open: Open | null = null;
    const { connectTimeoutMs, callTimeoutMs } = times;
    const link = await openMcpLink(server.name, target, {
      allow,
      version,
      connectTimeoutMs,
      callTimeoutMs,
      signal: ending.signal,
      onClose: () => open !== null && drop(open, new McpFailure('lost', 'It closed the connection.')),
      onToolsChanged: () => open !== null && (open.isStale = true),
    });
    try {
      const list = await link.list();
      const now = performance.now();
      open = { kind: 'open', link, list, openedAt: now, readAt: now, isStale: false, reading: null };
      return open;
    } catch (err) {
      close(link);
      throw err;
    }
  };

  const attempt = async (): Promise<void> => {
    try {
      const open = await connect();
      if (current().kind === 'ended') return close(open.link);
      state = open;
      hasFailedToOpen = false;
      tellLeftOut(open.list);
    } catch (err) {
      if (current().kind === 'ended') return;
      failures += 1;
      hasFailedToOpen = true;
      rest(failures, { reason: failureOf(err).message }, 'an MCP server cannot be reached');
    }
  };

  const begin = (): void => {
    if (state.kind !== 'resting' || performance.now() < retryAt) return;
    const opening: State & Work = { kind: 'opening', startedAt: performance.now(), done: Promise.resolve() };
    state = opening;
    opening.done = attempt();
  };

  const reread = async (open: Open): Promise<void> => {
    open.isStale = false;
    try {
      open.list = await open.link.list();
    } catch (err) {
      const failure = failureOf(err);
      const { message: reason } = failure;
      if (failure.endsConnection) drop(open, failure);
      else log.warn({ ...about, reason }, 'the tools of an MCP server cannot be listed again');
    } finally {
      open.readAt = performance.now();
      open.reading = null;
    }
  };

  /** Waits for `work`, or until runs have waited for it long enough. */
  const waitABit = async ({ startedAt, done }: Work): Promise<void> => {
    const leftMs = Math.ceil(startedAt + times.waitMs - performance.now());
    if (leftMs > 0) await untilAborted(done, AbortSignal.timeout(leftMs)).catch(() => {});
  };

  const opened = async (signal: AbortSignal): Promise<Open> => {
    begin();
    const before = current();
    if (before.kind === 'opening') await untilAborted(before.done, signal);
    const now = current();
    if (now.kind === 'open') return now;
    throw new Error(`The MCP server ${server.name} cannot be reached now. Try again later.`);
  };

  const call = async (request: McpCall): Promise<Json> => {
    // Twice at most: after a `session` failure nothing has happened yet.
    for (let round = 1; ; round++) {
      const open = await opened(request.signal);
      try {
        return await open.link.call(request);
      } catch (err) {
        const failure = failureOf(err);
        if (failure.endsConnection) drop(open, failure);
        if (failure.kind === 'session' && round === 1) continue;
        if (failure.kind === 'tool') throw failure;
        throw new Error(`The MCP server ${server.name} failed: ${failure.message}`, { cause: err });
      }
    }
  };

  return {
    get usedAt() {
      return usedAt;
    },
    get isBusy() {
      return calls > 0 || state.kind === 'opening';
    },
    async tools() {
      usedAt = performance.now();
      begin();
      const before = current();
      if (before.kind === 'opening' && !hasFailedToOpen) await waitABit(before);
      const now = current();
      if (now.kind !== 'open') return NOTHING;
      if (now.isStale || performance.now() - now.readAt > times.listTtlMs) {
        now.reading ??= { startedAt: performance.now(), done: reread(now) };
      }
      if (now.reading !== null) await waitABit(now.reading);
      return now.list;
    },
    async call(request) {
      calls += 1;
      try {
        return await call(request);
      } finally {
        calls -= 1;
        usedAt = performance.now();
      }
    },
    async [Symbol.asyncDispose]() {
      const last = current();
      state = { kind: 'ended' };
      ending.abort(new Error('the connection is not needed any more'));
      if (last.kind === 'open') close(last.link);
      if (last.kind === 'opening') await last.done;
      await Promise.all(closing);
    },
  };
}

function failureOf(err: unknown): McpFailure {
  return mcpFailure(err, () => '');
}

function jitter(): number {
  return 0.8 + Math.random() * 0.4;
}
