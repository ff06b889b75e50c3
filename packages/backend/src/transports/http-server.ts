import fastifyCookie from '@fastify/cookie';
import fastifyCors from '@fastify/cors';
import fastifyHelmet from '@fastify/helmet';
import type { AnyTRPCRouter } from '@trpc/server';
import fastify, { type FastifyBaseLogger, type FastifyInstance, LogController } from 'fastify';
import type { AddressInfo } from 'node:net';
import { AppError } from '../app-error.ts';
import { appRouter } from '../app-router.ts';
import type { Core } from '../context.ts';
import { agUiRoutes } from './ag-ui/ag-ui-routes.ts';
import { attachmentRoutes } from './http/attachment-routes.ts';
import { chatTestRoutes } from './http/chat-test-routes.ts';
import { healthRoutes } from './http/health-routes.ts';
import { HTTP_LIMITS, type HttpLimits } from './http/http-limits.ts';
import { handleError, sendProblem } from './http/problem.ts';
import { logRequests } from './http/request-log.ts';
import { securityHeaders } from './http/security-headers.ts';
import { trpcRoutes } from './http/trpc-routes.ts';
import { webAppRoutes } from './http/web-app-routes.ts';
import { createMetrics } from './metrics/create-metrics.ts';
import { measureRequests, metricsRoutes } from './metrics/metrics-routes.ts';
import { REST_LIMITS, type RestLimits } from './rest/rest-limits.ts';
import { restRoutes } from './rest/rest-routes.ts';
import { sendFailure } from './rest/send-failure.ts';
import { createStreamPlaces } from './rest/stream-places.ts';
import { requestId } from './request-id.ts';
import { requestTarget } from './request-target.ts';
import { SOCKET_LIMITS, type SocketLimits } from './websocket/limits.ts';
import { createSocketServer } from './websocket/socket-server.ts';

export interface HttpServerOptions {
  host: string;
  /** 0 takes a free one. */
  port: number;
  /** The folder of the built web app, or null when there is none. */
  webRoot: string | null;
  /** `probes`: only `/livez`, `/readyz` and `/metrics`, for a node that executes runs and serves nobody. Default: everything. */
  serves?: 'everything' | 'probes';
  /** What `/trpc` serves; default: every procedure. */
  router?: AnyTRPCRouter;
  limits?: { http?: Partial<HttpLimits>; sockets?: Partial<SocketLimits>; rest?: Partial<RestLimits> };
}

export interface HttpServer extends AsyncDisposable {
  /** Where it is reached from this machine, `http://host:port`. */
  readonly url: string;
  readonly port: number;
  /** Sockets that are open now. */
  readonly socketCount: number;
  /** Bytes that wait to be read by the clients of sockets. */
  readonly bufferedBytes: number;
  /**
   * Stops taking on work and lets go of what there is: `/readyz` says 503, sockets are told over `handoverMs`
   * (default 0: closed at once, to come back) to hand over to another node, requests under way are answered.
   */
  drain(options?: { handoverMs?: number }): Promise<void>;
}

const CLOSE_DEADLINE_MS = 5_000;
/** Ten procedure names in a batch. */
const MAX_PATH_CHARS = 1_000;

/** Serves a backend: tRPC over HTTP and WebSocket at `/trpc`, its REST projection, AG-UI at `/ag-ui`, the web app, probes. Rejects when it cannot listen. */
export async function createHttpServer(core: Core, options: HttpServerOptions): Promise<HttpServer> {
  const router = options.router ?? appRouter;
  const app = createApp(core, { ...HTTP_LIMITS, ...options.limits?.http });
  const sockets = createSocketServer({
    core,
    router,
    limits: { ...SOCKET_LIMITS, ...options.limits?.sockets },
  });
  const restLimits = { ...REST_LIMITS, ...options.limits?.rest };
  const places = createStreamPlaces(restLimits);
  let isDraining = false;

  const metrics = createMetrics({
    core,
    socketCount: () => sockets.openCount,
    eventStreamCount: () => places.openCount,
  });
  measureRequests(app, metrics);
  app.addHook('onClose', async () => metrics[Symbol.dispose]());
  await app.register(fastifyCookie);
  await app.register(fastifyHelmet, securityHeaders(core.config.environment));
  await app.register(fastifyCors, {
    origin: [...core.config.allowedOrigins],
    credentials: true,
    methods: ['GET', 'POST', 'PUT', 'DELETE'],
    allowedHeaders: [
      'authorization',
      'content-type',
      'idempotency-key',
      'last-event-id',
      'trpc-accept',
      'x-auth-mode',
      'x-external-token',
      'x-request-id',
      'x-tenant-id',
      'x-user-id',
    ],
    exposedHeaders: ['ratelimit', 'ratelimit-policy', 'retry-after', 'www-authenticate', 'x-request-id'],
    maxAge: 600,
  });
  await app.register(metricsRoutes, { metrics });
  await app.register(healthRoutes, { core, isDraining: () => isDraining });
  if (options.serves !== 'probes') {
    await app.register(trpcRoutes, { core, router });
    await app.register(attachmentRoutes, { core });
    await app.register(agUiRoutes, { core, places, limits: restLimits });
    await app.register(restRoutes, { core, router, places, limits: restLimits });
    await app.register(webAppRoutes, { webRoot: options.webRoot, version: core.config.version });
    if (core.config.environment === 'development') await app.register(chatTestRoutes);
    app.server.on('upgrade', sockets.handleUpgrade);
  }
  await app.listen({ host: options.host, port: options.port });
  const port = portOf(app);

  return {
    url: `http://${localName(options.host)}:${port}`,
    port,
    get socketCount() {
      return sockets.openCount;
    },
    get bufferedBytes() {
      return sockets.bufferedBytes;
    },
    async drain({ handoverMs = 0 } = {}) {
      isDraining = true;
      await sockets.drain({ handoverMs });
      await close(app);
    },
    async [Symbol.asyncDispose]() {
      isDraining = true;
      await sockets[Symbol.asyncDispose]();
      await close(app);
    },
  };
}

function createApp(core: Core, limits: HttpLimits): FastifyInstance {
  // Named, or the logger's type becomes part of the app's.
  const loggerInstance: FastifyBaseLogger = core.log;
  const app = fastify({
    loggerInstance,
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: requestId,
    bodyLimit: limits.maxBodyBytes,
    requestTimeout: limits.requestTimeoutMs,
    keepAliveTimeout: limits.keepAliveTimeoutMs,
    routerOptions: { maxParamLength: MAX_PATH_CHARS },
    frameworkErrors: (_error, _request, reply) => {
      sendProblem(reply, { status: 400, code: 'BAD_INPUT', detail: 'Bad request target.' });
    },
    http: {
      headersTimeout: limits.headersTimeoutMs,
      connectionsCheckingInterval: Math.min(5_000, limits.headersTimeoutMs / 2),
      // A client that asks for HTTP/2 on the side (curl does) gets its answer over HTTP/1.1.
      shouldUpgradeCallback: ({ headers }) => headers.upgrade?.toLowerCase() === 'websocket',
    },
  });
  app.setErrorHandler(handleError);
  app.setNotFoundHandler((_request, reply) =>
    sendFailure(reply, new AppError('NOT_FOUND', { message: 'There is nothing at this address.' }), null),
  );
  app.addHook('onRequest', async (request, reply) => {
    reply.header('x-request-id', request.id);
    if (requestTarget(request.raw) === null) {
      await sendProblem(reply, { status: 400, code: 'BAD_INPUT', detail: 'Bad request target or Host.' });
    }
  });
  logRequests(app);
  return app;
}

function portOf(app: FastifyInstance): number {
  const address: AddressInfo | string | null = app.server.address();
  if (address === null || typeof address === 'string') throw new Error('The server has no port.');
  return address.port;
}

function localName(host: string): string {
  if (host === '0.0.0.0' || host === '::') return 'localhost';
  return host.includes(':') ? `[${host}]` : host;
}

/** Waits for requests under way, but not for ever. */
async function close(app: FastifyInstance): Promise<void> {
  const timer = setTimeout(() => app.server.closeAllConnections(), CLOSE_DEADLINE_MS);
  await app.close();
  clearTimeout(timer);
}
