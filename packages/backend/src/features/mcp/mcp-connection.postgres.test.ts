import { describe, expect, it } from 'vitest';
import type { McpTarget } from './mcp-client.ts';
import { createMcpConnection, type McpConnection } from './mcp-connection.ts';
import type { McpCall } from './mcp-link.ts';
import type { McpTimes } from './mcp-times.ts';
import { createTestLog, isAlive, SECRET, type ServerKind, startTarget } from './testing/targets.ts';

const KINDS: ServerKind[] = ['stdio', 'modern', 'sessions'];
const TIMES: McpTimes = {
  waitMs: 15_000,
  connectTimeoutMs: 15_000,
  callTimeoutMs: 15_000,
  listTtlMs: 60_000,
  pauseMs: 20,
};
const USUAL = ['add', 'crash', 'fail', 'grow', 'key', 'pid', 'slow', 'we_ird_63bfbe7f', 'whoami'];

function connectTo(
  target: McpTarget | null,
  times: Partial<McpTimes> = {},
): McpConnection & { lines: string[] } {
  const { log, lines } = createTestLog();
  const connection = createMcpConnection({
    server: { id: 'server-id', tenantId: 'tenant-id', name: 's' },
    target,
    log,
    allow: ['127.0.0.1'],
    version: '1',
    times: { ...TIMES, ...times },
  });
  return Object.assign(connection, { lines });
}

const namesOf = async (connection: McpConnection): Promise<string[]> =>
  (await connection.tools()).tools.map(({ toolName }) => toolName.replace('s__', '')).toSorted();
const call = async (connection: McpConnection, tool: string, more: Partial<McpCall> = {}): Promise<unknown> =>
  await connection.call({ tool, args: {}, key: 'the key', signal: new AbortController().signal, ...more });

describe.each(KINDS)('a server over %s', (kind) => {
  it('gives its tools, answers calls, and tells its secrets to nobody', async () => {
    await using server = await startTarget(kind);
    await using connection = connectTo(server.target);
    expect(await namesOf(connection)).toEqual(USUAL);
    expect(await call(connection, 'add', { args: { a: 1, b: 2 } })).toBe('3');
    expect(await call(connection, 'we.ird', { args: { word: 'x' } })).toEqual({ said: 'x' });
    expect(await call(connection, 'key')).toBe('"the key"');
    expect(await call(connection, 'whoami')).toBe('I was given [secret].');
    await expect(call(connection, 'fail')).rejects.toThrow('it went wrong with [secret]');
    await expect(call(connection, 'missing')).rejects.toThrow(/MCP server s failed: .*missing/);
    if (server.http !== null) {
      expect(server.http.seen.every(({ authorization }) => authorization === `Bearer ${SECRET}`)).toBe(true);
    }
    expect(connection.lines.join('')).not.toContain(SECRET);
  });

  it('fails a call that takes too long, or is no longer wanted, and answers the next', async () => {
    await using server = await startTarget(kind);
    await using connection = connectTo(server.target, { callTimeoutMs: 1_000 });
    await connection.tools();
    await expect(call(connection, 'slow')).rejects.toThrow('It took too long');
    const aborted = new AbortController();
    const slow = call(connection, 'slow', { signal: aborted.signal });
    aborted.abort(new Error('stopped'));
    await expect(slow).rejects.toThrow();
    expect(await call(connection, 'key')).toBe('"the key"');
  });

  it('fails a call at once when it dies, and is there for the next use', async () => {
    await using server = await startTarget(kind);
    await using connection = connectTo(server.target);
    await connection.tools();
    await expect(call(connection, 'crash')).rejects.toThrow(/MCP server s failed/);
    expect(await namesOf(connection)).toEqual(USUAL);
    expect(await call(connection, 'key')).toBe('"the key"');
  });

  it('shows what it has more of after it said so', async () => {
    await using server = await startTarget(kind);
    await using connection = connectTo(server.target);
    await connection.tools();
    await call(connection, 'grow', { args: { word: 'extra' } });
    await expect.poll(async () => await namesOf(connection), { timeout: 20_000 }).toContain('extra');
    expect(await call(connection, 'extra')).toBe('extra');
  });
});

describe('a server that keeps sessions', () => {
  it('is asked again, once, when it has forgotten ours', async () => {
    await using server = await startTarget('sessions');
    await using connection = connectTo(server.target);
    await connection.tools();
    server.http?.forget();
    expect(await call(connection, 'key')).toBe('"the key"');
    server.http?.behave((res) => res.writeHead(404).end());
    await expect(call(connection, 'key')).rejects.toThrow();
  });
});

describe('a server that does not answer', () => {
  it('costs a run its wait once; from then on it is missing until it is back', async () => {
    await using server = await startTarget('modern');
    server.http?.behave(() => {});
    await using connection = connectTo(server.target, { waitMs: 300, connectTimeoutMs: 600, pauseMs: 50 });
    const time = async (): Promise<number> => {
      const startedAt = performance.now();
      expect(await namesOf(connection)).toEqual([]);
      return performance.now() - startedAt;
    };
    const [first, together] = await Promise.all([time(), time()]);
    expect(first).toBeGreaterThan(280);
    expect(together).toBeLessThan(2_000);
    // Still connecting, then failed, then trying again: nobody waits any more.
    const waits: number[] = [];
    await expect.poll(async () => waits.push(await time()) && connection.lines.length).toBeGreaterThan(1);
    expect(Math.max(...waits)).toBeLessThan(280);
    server.http?.behave(null);
    await expect.poll(async () => await namesOf(connection), { timeout: 20_000 }).toEqual(USUAL);
  });

  it('is tried at growing distances', async () => {
    await using server = await startTarget('modern');
    server.http?.behave((res) => res.writeHead(503).end(SECRET));
    await using connection = connectTo(server.target, { pauseMs: 10 });
    await expect.poll(async () => (await connection.tools(), connection.lines.length)).toBeGreaterThan(4);
    const pauses = connection.lines.map((line) => Number(JSON.parse(line).retryInMs));
    for (const [at, pause] of pauses.slice(0, 5).entries()) {
      expect(pause).toBeGreaterThanOrEqual(10 * 2 ** at * 0.8 - 1);
      expect(pause).toBeLessThanOrEqual(10 * 2 ** at * 1.2 + 1);
    }
    expect(connection.lines.join('')).toContain('HTTP 503');
    expect(connection.lines.join('')).not.toContain(SECRET);
    await expect(call(connection, 'key')).rejects.toThrow('cannot be reached now');
  });

  it.each([
    ['a program that ends at once', { command: process.execPath, args: ['-e', '0'] }],
    ['a program that is not there', { command: 'no-such-program-here', args: [] }],
    ['a program that speaks otherwise', { command: 'cat', args: ['/etc/hostname'] }],
  ])('has no tools: %s', async (_what, { command, args }) => {
    await using connection = connectTo({ kind: 'stdio', command, args, env: {} });
    expect(await namesOf(connection)).toEqual([]);
    expect(connection.lines.join('')).toContain('cannot be reached');
  });

  it('has no tools when its secrets cannot be read', async () => {
    await using connection = connectTo(null);
    expect(await namesOf(connection)).toEqual([]);
    expect(connection.lines.join('')).toContain('Enter them again');
  });

  it('is not inside the network, unless the operator allows it', async () => {
    await using connection = connectTo({ kind: 'http', url: 'https://10.0.0.1/mcp', headers: {} });
    expect(await namesOf(connection)).toEqual([]);
    expect(connection.lines.join('')).toContain('not on the public internet');
  });
});

describe('a connection that is disposed', () => {
  it('ends its program, and answers nothing more', async () => {
    await using server = await startTarget('stdio');
    const connection = connectTo(server.target);
    await connection.tools();
    const pid = Number(await call(connection, 'pid'));
    expect(isAlive(pid)).toBe(true);
    await connection[Symbol.asyncDispose]();
    expect(isAlive(pid)).toBe(false);
    expect(await namesOf(connection)).toEqual([]);
    await expect(call(connection, 'key')).rejects.toThrow('cannot be reached');
  });

  it('while it is being made, is given up', async () => {
    await using server = await startTarget('modern');
    server.http?.behave(() => {});
    const connection = connectTo(server.target);
    const asked = connection.tools();
    await connection[Symbol.asyncDispose]();
    expect((await asked).tools).toEqual([]);
  });
});
