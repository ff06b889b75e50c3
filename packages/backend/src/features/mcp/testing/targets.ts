import { fileURLToPath } from 'node:url';
import { type Logger, pino } from 'pino';
import type { McpTarget } from '../mcp-client.ts';
import { startMcpServer, type TestMcpServer } from './http-server.ts';

export const SECRET = 'sk-canary-0123456789';
export const STDIO_PROGRAM = fileURLToPath(new URL('stdio-server.ts', import.meta.url));

export type ServerKind = 'stdio' | 'modern' | 'sessions';

/** A server of that kind which was given `SECRET`, and how to get there. */
export async function startTarget(
  kind: ServerKind,
): Promise<{ target: McpTarget; http: TestMcpServer | null } & AsyncDisposable> {
  if (kind === 'stdio') {
    const target: McpTarget = {
      kind: 'stdio',
      command: process.execPath,
      args: [STDIO_PROGRAM],
      env: { TEST_SECRET: SECRET },
    };
    return { target, http: null, [Symbol.asyncDispose]: () => Promise.resolve() };
  }
  const http = await startMcpServer(kind, SECRET);
  const target: McpTarget = { kind: 'http', url: http.url, headers: { Authorization: `Bearer ${SECRET}` } };
  return { target, http, [Symbol.asyncDispose]: async () => await http[Symbol.asyncDispose]() };
}

/** A log that can be read. */
export function createTestLog(): { log: Logger; lines: string[] } {
  const lines: string[] = [];
  return { lines, log: pino({ level: 'trace' }, { write: (line: string) => void lines.push(line) }) };
}

export function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
