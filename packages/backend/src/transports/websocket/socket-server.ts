import type { AnyTRPCRouter } from '@trpc/server';
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import { clientAddress } from '../client-address.ts';
import type { Core } from '../../context.ts';
import { parseChatAddress } from '../chat-socket/chat-address.ts';
import { createChatSockets } from '../chat-socket/chat-sockets.ts';
import { createPace } from '../../realtime/pace.ts';
import { CLOSE_CODES, hangUp } from '../../realtime/hang-up.ts';
import type { SocketLimits } from './limits.ts';
import { serveSocket } from './serve-socket.ts';
import { createSocketRegistry } from './socket-registry.ts';
import { nudge } from './token-lifetime.ts';
import { type Refusal, refusalOf, refuse, TRPC_SOCKET_URL } from './upgrade-guard.ts';

/** The WebSocket side of `/trpc`, and the chat sockets of older clients: one guard, one count, one end. */
export interface SocketServer extends AsyncDisposable {
  /** Listens to the HTTP server's `upgrade` event: the only way in. Never throws. */
  handleUpgrade(req: IncomingMessage, socket: Duplex, head: Buffer): void;
  /** Sockets that are open now. */
  readonly openCount: number;
  /** Bytes that wait to be read by clients, over all sockets. */
  readonly bufferedBytes: number;
  /**
   * Lets no socket in any more and empties those there are: over `handoverMs` each is told to hand over, or closed to come
   * back where clients know no handing over (0: none is, there is no other node), then what is left is closed to come back. Resolves when all are gone, about four seconds
   * later at most.
   */
  drain(options: { handoverMs: number }): Promise<void>;
}

interface Options {
  core: Core;
  router: AnyTRPCRouter;
  limits: SocketLimits;
}

export function createSocketServer({ core, router, limits }: Options): SocketServer {
  const wss = new WebSocketServer({
    noServer: true,
    maxPayload: limits.maxFrameBytes,
    perMessageDeflate: false,
  });
  const registry = createSocketRegistry({ maxPerUser: limits.maxSocketsPerUser });
  let isDraining = false;
  const pace = createPace();
  /** In the line. */
  let arriving = 0;

  const revoked = core.sessionWatch.onRevoked((sessionId) => {
    for (const ws of registry.ofSession(sessionId)) {
      hangUp(ws, { code: CLOSE_CODES.revoked, reason: 'session ended', withinMs: limits.closeMs });
    }
  });

  const chat = createChatSockets({ core, limits, registry, isDraining: () => isDraining });
  const all = (): WebSocket[] => [...wss.clients, ...chat.wss.clients];
  const allOpen = (): WebSocket[] => all().filter((ws) => ws.readyState === ws.OPEN);
  const restart = (ws: WebSocket): void =>
    hangUp(ws, { code: CLOSE_CODES.restart, reason: 'restart', withinMs: limits.closeMs });

  const closeAll = async (): Promise<void> => {
    for (const ws of all()) restart(ws);
    if (await allGone(all(), limits.closeMs)) return;
    for (const ws of all()) ws.terminate();
    await allGone(all(), limits.closeMs);
  };

  const refusalNow = (req: IncomingMessage): Refusal | null => {
    const address = clientAddress(req, core.config.trustedProxies) ?? '';
    const count = wss.clients.size + chat.wss.clients.size + chat.pendingCount + arriving;
    return refusalOf(req, {
      isKnownAddress: req.url === TRPC_SOCKET_URL || parseChatAddress(req.url) !== null,
      isDraining,
      allowedOrigins: core.config.allowedOrigins,
      allowedHosts: core.config.allowedHosts,
      isFull: count >= limits.maxSockets,
      isAddressFull: registry.countOf(address) >= limits.maxSocketsPerAddress,
    });
  };

  const admit = (req: IncomingMessage, socket: Duplex, head: Buffer): void => {
    const refusal = refusalNow(req);
    if (refusal !== null) {
      refuse(socket, refusal);
      return;
    }
    const chatAddress = parseChatAddress(req.url);
    if (chatAddress !== null) {
      const from = clientAddress(req, core.config.trustedProxies) ?? '';
      chat.handleUpgrade({ req, socket, head, from }, chatAddress);
      return;
    }
    wss.handleUpgrade(req, socket, head, (ws) =>
      serveSocket({ core, router, limits, registry, wss }, ws, req),
    );
  };

  return {
    handleUpgrade(req, socket, head) {
      socket.on('error', () => socket.destroy());
      const refusal = refusalNow(req);
      if (refusal !== null) {
        refuse(socket, refusal);
        return;
      }
      arriving++;
      void pace.next().then(() => {
        arriving--;
        // Once more: others came in meanwhile.
        admit(req, socket, head);
      });
    },
    get openCount() {
      return allOpen().length;
    },
    get bufferedBytes() {
      return allOpen().reduce((sum, ws) => sum + ws.bufferedAmount, 0);
    },
    async drain({ handoverMs }) {
      isDraining = true;
      if (handoverMs > 0) {
        // One after the other: all at once would make all of them dial the next node at once.
        const timers = allOpen().map((ws) =>
          setTimeout(() => (chat.wss.clients.has(ws) ? restart(ws) : nudge(ws)), Math.random() * handoverMs),
        );
        await allGone(all(), handoverMs);
        for (const timer of timers) clearTimeout(timer);
      }
      await closeAll();
    },
    async [Symbol.asyncDispose]() {
      isDraining = true;
      revoked[Symbol.dispose]();
      await closeAll();
      await chat[Symbol.asyncDispose]();
    },
  };
}

/** Waits until the sockets there are now have closed; false when some have not within the time. */
async function allGone(sockets: readonly WebSocket[], withinMs: number): Promise<boolean> {
  const signal = AbortSignal.timeout(withinMs);
  const closing = sockets.map(async (ws) => await once(ws, 'close', { signal }));
  const outcomes = await Promise.allSettled(closing);
  return outcomes.every(({ status }) => status === 'fulfilled');
}
