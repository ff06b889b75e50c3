import type { AnyTRPCRouter } from '@trpc/server';
import type { Caller } from '../context.ts';
import { createHttpServer, type HttpServer, type HttpServerOptions } from '../transports/http-server.ts';
import { createTestBackend, type TestBackend } from './test-backend.ts';

export interface TestServer extends AsyncDisposable {
  node: TestBackend;
  server: HttpServer;
  /** Where clients connect: `ws://…/trpc`. */
  socketUrl: string;
  /** An access token for a caller, as login would issue it. */
  tokenOf(caller: Caller): Promise<string>;
}

/** A test backend behind a real HTTP server on a free port of the loopback interface. */
export async function createTestServer(
  options: Parameters<typeof createTestBackend>[0] & {
    router?: AnyTRPCRouter;
    limits?: HttpServerOptions['limits'];
    webRoot?: string;
    serves?: HttpServerOptions['serves'];
  } = {},
): Promise<TestServer> {
  const { router, limits, webRoot = null, serves = 'everything', ...backendOptions } = options;
  await using stack = new AsyncDisposableStack();
  const node = stack.use(await createTestBackend(backendOptions));
  const server = stack.use(
    await createHttpServer(node.backend, {
      host: '127.0.0.1',
      port: 0,
      webRoot,
      serves,
      ...(router !== undefined && { router }),
      ...(limits !== undefined && { limits }),
    }),
  );
  const parts = stack.move();
  return {
    node,
    server,
    socketUrl: `${server.url.replace('http', 'ws')}/trpc`,
    async tokenOf({ userId, tenantId, role, sessionId }) {
      const claims = { userId, tenantId, role, sessionId, email: `${userId}@test.local` };
      return (await node.backend.accessTokens.issue(claims)).token;
    },
    [Symbol.asyncDispose]: async () => await parts.disposeAsync(),
  };
}
