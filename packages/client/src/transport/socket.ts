import { createWSClient, type TRPCWebSocketClient } from '@trpc/client';
import { AuraError } from '../aura-error.ts';
import { backoffMs } from '../backoff.ts';
import { type ConnectionState, nextConnectionState } from '../connection-state.ts';
import type { Session } from '../session/session.ts';
import { createStore, type ReadableStore } from '../store.ts';

/** Close codes of the server, beside the standard ones. */
const TOKEN_REFUSED = 4401;
const SESSION_REVOKED = 4403;
/** The server asks for a new token one to two minutes before the old one ends; what it gets must outlast that. */
const MIN_LEFT_MS = 150_000;
/** A second refusal this soon after a new token is not about the token. */
const RENEWAL_WINDOW_MS = 30_000;

export interface SocketOptions {
  url: string;
  session: Session;
  WebSocket?: typeof globalThis.WebSocket;
}

export interface Socket {
  readonly connection: ReadableStore<ConnectionState>;
  /** The socket client of the identity that acts now. Throws UNAUTHORIZED when nobody is signed in. */
  client(): TRPCWebSocketClient;
  /** A subscription was refused for its token: opens the connection anew. False when that has just been done. */
  renew(): boolean;
  /** Registers what ends one subscription with an error; returns what takes it off again. */
  guard(abort: (error: AuraError) => void): () => void;
  close(): void;
}

interface Open {
  key: string;
  client: TRPCWebSocketClient;
}

/**
 * One WebSocket per identity. It opens with the first subscription, closes some seconds after the last, reconnects
 * and resumes by itself, and ends with the identity: a sign-out or a change of user or tenant ends every
 * subscription with UNAUTHORIZED, and the next one opens a new connection.
 */
export function createSocket({ url, session, WebSocket }: SocketOptions): Socket {
  const connection = createStore<ConnectionState>({ state: 'idle' });
  const guards = new Set<(error: AuraError) => void>();
  let open: Open | null = null;
  let givenToken: string | null = null;
  let renewal: { token: string | null; at: number } | null = null;

  function openClient(key: string): Open {
    const client = createWSClient({
      url,
      ...(WebSocket === undefined ? {} : { WebSocket }),
      // Asked again for every connection. A failure here counts as a failed attempt and is retried.
      connectionParams: async () => {
        const token = await session.accessToken({ minLeftMs: MIN_LEFT_MS });
        if (token === null || session.identityKey() !== key) throw signedOut();
        givenToken = token;
        return { token };
      },
      retryDelayMs: (index) => backoffMs(index),
      lazy: { enabled: true, closeMs: 5_000 },
      // A pong waits behind a backlog of events, so the stock 1 s would close healthy connections.
      keepAlive: { enabled: true, intervalMs: 20_000, pongTimeoutMs: 10_000 },
      onClose: (event) => {
        if (open?.client !== client) return;
        if (event?.code === TOKEN_REFUSED && givenToken !== null) session.refuse(givenToken);
        if (event?.code === SESSION_REVOKED) session.revoked(key);
      },
    });
    client.connectionState.subscribe({
      next: (report) => {
        if (open === null || open.client === client) {
          connection.set(nextConnectionState(connection.get(), report));
        }
      },
    });
    return { key, client };
  }

  function shut(): void {
    if (open === null) return;
    const { client } = open;
    open = null;
    for (const abort of Array.from(guards)) abort(signedOut());
    client.close().catch(() => undefined);
    connection.set({ state: 'idle' });
  }

  const stopWatching = session.store.subscribe(() => {
    if (open !== null && session.identityKey() !== open.key) shut();
  });

  return {
    connection,
    client() {
      const key = session.identityKey();
      if (key === null) throw signedOut();
      open ??= openClient(key);
      return open.client;
    },
    renew() {
      if (open === null) return false;
      // Several subscriptions hear of the same refusal; one new connection serves them all.
      if (renewal !== null && renewal.token === givenToken) return true;
      if (renewal !== null && performance.now() - renewal.at < RENEWAL_WINDOW_MS) return false;
      renewal = { token: givenToken, at: performance.now() };
      if (givenToken !== null) session.refuse(givenToken);
      open.client.connection?.ws.close();
      return true;
    },
    guard(abort) {
      guards.add(abort);
      return () => void guards.delete(abort);
    },
    close() {
      stopWatching();
      shut();
    },
  };
}

function signedOut(): AuraError {
  return new AuraError('UNAUTHORIZED', { message: 'nobody is signed in any more; sign in first' });
}
