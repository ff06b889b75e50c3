import type { AnyTRPCRouter } from '@trpc/server';
import { getWSConnectionHandler } from '@trpc/server/adapters/ws';
import type { IncomingMessage } from 'node:http';
import type { WebSocket, WebSocketServer } from 'ws';
import { AppError } from '../../app-error.ts';
import type { Core, RequestContext } from '../../context.ts';
import { createSocketFlow, type SocketFlow } from '../../realtime/socket-flow.ts';
import { clientAddress } from '../client-address.ts';
import { reportError } from '../report-error.ts';
import { asTrpcError } from '../../trpc/errors.ts';
import { socketContext } from '../request-context.ts';
import { requestId } from '../request-id.ts';
import { requestInfo } from '../request-info.ts';
import { boundIntake } from './bound-intake.ts';
import { CLOSE_CODES, hangUp } from '../../realtime/hang-up.ts';
import type { SocketLimits } from './limits.ts';
import { createOperations } from './operations.ts';
import type { SocketRegistry } from './socket-registry.ts';
import { boundToToken } from './token-lifetime.ts';

export interface SocketParts {
  core: Core;
  router: AnyTRPCRouter;
  limits: SocketLimits;
  registry: SocketRegistry;
  wss: WebSocketServer;
}

/**
 * One socket, from its first message (the token) to its end. The listeners are attached in an order that matters: ours
 * for errors is there before any frame is read, and the intake is bounded before tRPC acts on a message.
 */
export function serveSocket(parts: SocketParts, ws: WebSocket, req: IncomingMessage): void {
  const { core, router, limits, registry, wss } = parts;
  const broken = new WeakSet<Error>();
  ws.on('error', (err) => {
    broken.add(err);
    core.log.debug({ err: err.message }, 'a socket broke');
  });
  const untilClosed = new DisposableStack();
  ws.once('close', () => untilClosed.dispose());
  untilClosed.use(registry.arrive(clientAddress(req, core.config.trustedProxies) ?? ''));
  const closed = untilClosed.adopt(new AbortController(), (controller) => controller.abort());

  const flow = createSocketFlow(ws, req.socket, limits.flow);
  boundIntake(ws, { flow, pauseBytes: limits.flow.pauseBytes, signal: closed.signal });
  const silence = setTimeout(
    () =>
      hangUp(ws, { code: CLOSE_CODES.unauthorized, reason: 'no token in time', withinMs: limits.closeMs }),
    limits.firstMessageMs,
  );
  untilClosed.defer(() => clearTimeout(silence));

  const serve = getWSConnectionHandler({
    wss,
    router,
    maxBatchSize: limits.maxBatch,
    keepAlive: { enabled: true, pingMs: limits.pingMs, pongWaitMs: limits.pongMs },
    experimental_encoder: createOperations({
      router,
      limits,
      isOpen: () => ws.readyState === ws.OPEN,
      send: (text) => ws.send(text),
      marks: flow.marks,
    }),
    createContext: async ({ info }) => {
      clearTimeout(silence);
      try {
        return await signIn(parts, { ws, req, flow, untilClosed, params: info.connectionParams ?? {} });
      } catch (err) {
        // After tRPC has sent its error: a client that was closed on without one comes back at once, for ever.
        setImmediate(() => hangUp(ws, { ...closingOf(err), withinMs: limits.closeMs }));
        throw asTrpcError(err);
      }
    },
    onError({ error, path, ctx }) {
      // tRPC tells of what the socket broke with as well; a client could fill the log with its frames.
      if (error.cause === undefined || !broken.has(error.cause)) reportError(core.log, { error, path, ctx });
    },
  });
  try {
    serve(ws, req);
  } catch (err) {
    core.log.error({ err }, 'a socket could not be served');
    ws.terminate();
  }
}

interface Arrival {
  ws: WebSocket;
  req: IncomingMessage;
  flow: SocketFlow;
  untilClosed: DisposableStack;
  params: { token?: string; tenantId?: string };
}

async function signIn({ core, limits, registry }: SocketParts, arrival: Arrival): Promise<RequestContext> {
  const { ws, req, flow, untilClosed, params } = arrival;
  const ctx = await socketContext(core, {
    params,
    headers: req.headers,
    info: requestInfo(req, requestId(req), core.config),
    flow,
  });
  if (ws.readyState !== ws.OPEN) throw new AppError('UNAVAILABLE', { message: 'The connection closed.' });
  const place = registry.signIn(ws, ctx.caller);
  if (place === null) {
    throw new AppError('TOO_MANY_REQUESTS', {
      message: 'Too many connections of this user. Close some first.',
    });
  }
  untilClosed.use(place);
  untilClosed.use(core.presence.arrive(ctx.caller));
  untilClosed.use(
    core.sessionWatch.attend(ctx.caller, () =>
      hangUp(ws, { code: CLOSE_CODES.unauthorized, reason: 'rights changed', withinMs: limits.closeMs }),
    ),
  );
  untilClosed.use(
    boundToToken(ws, {
      leftMs: ctx.caller.expiresAt.getTime() - core.clock.now().getTime(),
      limits,
      onNudge: () => registry.markLeaving(ws),
    }),
  );
  return ctx;
}

function closingOf(err: unknown): { code: number; reason: string } {
  // The database could not be asked whether an API key is good, which is no word against the key.
  if (!(err instanceof AppError)) return { code: CLOSE_CODES.restart, reason: 'unavailable' };
  if (err.code === 'SESSION_REVOKED') {
    return { code: CLOSE_CODES.revoked, reason: 'session ended' };
  }
  if (err.code === 'TOO_MANY_REQUESTS') {
    return { code: CLOSE_CODES.tooMany, reason: 'too many connections' };
  }
  return { code: CLOSE_CODES.unauthorized, reason: 'unauthorized' };
}
