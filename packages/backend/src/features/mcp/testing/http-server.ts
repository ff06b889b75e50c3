import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { createMcpHandler, WebStandardStreamableHTTPServerTransport } from '@modelcontextprotocol/server';
import { startLocalServer } from '../../../ports/guarded-fetch-testing.ts';
import { scriptedServer } from './scripted-server.ts';

export interface TestMcpServer extends AsyncDisposable {
  /** With the path of the endpoint. */
  url: string;
  /** The headers of the requests so far. */
  readonly seen: NodeJS.Dict<string | string[]>[];
  /** Forgets all sessions, as a restart does. */
  forget(): void;
  /** What it does instead of answering; null: answer. */
  behave(instead: ((res: ServerResponse) => void) | null): void;
}

type Handle = (request: Request) => Promise<Response>;

/** `modern`: without sessions, as of 2026-07-28. `sessions`: as servers before that kept them. */
export async function startMcpServer(
  kind: 'modern' | 'sessions',
  secret = 'nothing',
): Promise<TestMcpServer> {
  const seen: TestMcpServer['seen'] = [];
  const more = new Set<string>();
  let instead: ((res: ServerResponse) => void) | null = null;
  let ongoing: ServerResponse[] = [];
  const crash = (): void => ongoing.forEach((res) => res.destroy());
  const modern = createMcpHandler(() =>
    scriptedServer({ secret, crash, more, onGrow: () => modern.notify.toolsChanged() }),
  );
  const sessions = createSessions(() => scriptedServer({ secret, crash, more }));
  const handle: Handle = kind === 'modern' ? modern.fetch : sessions.handle;

  const server = await startLocalServer((req, res) => {
    seen.push(req.headers);
    if (instead !== null) return instead(res);
    ongoing = [...ongoing.filter(({ closed }) => !closed), res];
    void serve(req, res, handle);
  });
  return {
    url: `${server.url}/mcp`,
    seen,
    forget: sessions.forget,
    behave(next) {
      instead = next;
    },
    async [Symbol.asyncDispose]() {
      await modern.close();
      await server[Symbol.asyncDispose]();
    },
  };
}

function createSessions(create: () => ReturnType<typeof scriptedServer>): {
  handle: Handle;
  forget: () => void;
} {
  const transports = new Map<string, WebStandardStreamableHTTPServerTransport>();
  return {
    forget: () => transports.clear(),
    async handle(request) {
      const id = request.headers.get('mcp-session-id');
      const known = id === null ? undefined : transports.get(id);
      if (known !== undefined) return await known.handleRequest(request);
      if (id !== null) return new Response('no such session', { status: 404 });
      const transport = new WebStandardStreamableHTTPServerTransport({
        sessionIdGenerator: randomUUID,
        onsessioninitialized: (made) => void transports.set(made, transport),
      });
      await create().connect(transport);
      return await transport.handleRequest(request);
    },
  };
}

async function serve(req: IncomingMessage, res: ServerResponse, handle: Handle): Promise<void> {
  const parts: Buffer[] = [];
  for await (const part of req) parts.push(Buffer.from(part));
  const { method = 'GET', headers } = req;
  const body = method === 'GET' || method === 'HEAD' ? null : Buffer.concat(parts).toString();
  const aborted = new AbortController();
  res.on('close', () => aborted.abort());
  const url = new URL(req.url ?? '', `http://${headers.host}`);
  const entries = Object.entries(headers).map(([name, value]): [string, string] => [name, String(value)]);
  const response = await handle(new Request(url, { method, headers: entries, body, signal: aborted.signal }));
  res.writeHead(response.status, Object.fromEntries(response.headers));
  res.flushHeaders();
  if (response.body === null) return void res.end();
  Readable.fromWeb(response.body)
    .on('error', () => res.destroy())
    .pipe(res);
}
