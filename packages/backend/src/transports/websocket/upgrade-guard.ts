import type { IncomingMessage } from 'node:http';
import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { hostName, isLoopbackName, requestTarget } from '../request-target.ts';

/** The token comes in the first message, never in the URL, which proxies log. */
export const TRPC_SOCKET_URL = '/trpc?connectionParams=1';

export interface Refusal {
  status: number;
  reason: string;
}

export interface GuardState {
  /** False: nothing that talks over sockets is at this address. */
  isKnownAddress: boolean;
  isDraining: boolean;
  allowedOrigins: readonly string[];
  /** Besides loopback; null: any. */
  allowedHosts: readonly string[] | null;
  isFull: boolean;
  isAddressFull: boolean;
}

/** Why a request may not become a socket, or null when it may. Never throws, whatever the bytes were. */
export function refusalOf(
  req: Pick<IncomingMessage, 'url' | 'headers' | 'httpVersion'>,
  state: GuardState,
): Refusal | null {
  const { host, origin } = req.headers;
  if (host === undefined || requestTarget(req) === null) {
    return { status: 400, reason: 'Bad request target or Host.' };
  }
  if (req.httpVersion !== '1.1') return { status: 400, reason: 'WebSockets need HTTP/1.1.' };
  if (!state.isKnownAddress) return { status: 404, reason: `WebSockets are at ${TRPC_SOCKET_URL}.` };
  const name = hostName(host);
  if (state.allowedHosts !== null && !isLoopbackName(name) && !state.allowedHosts.includes(name)) {
    return { status: 403, reason: 'This host name is not allowed. Add it to allowedHosts.' };
  }
  // Without an Origin it is no browser, so nobody's page speaks in a user's name.
  if (origin !== undefined && !state.allowedOrigins.includes(origin) && !isSameHost(origin, host)) {
    return { status: 403, reason: 'This origin is not allowed. Add it to ALLOWED_ORIGINS.' };
  }
  if (state.isDraining) return { status: 503, reason: 'The server is stopping.' };
  if (state.isFull) return { status: 503, reason: 'Too many connections. Try again in a few seconds.' };
  if (state.isAddressFull) {
    return { status: 429, reason: 'Too many connections from this address. Try again in a few seconds.' };
  }
  return null;
}

/** Answers in plain HTTP and lets go of the connection. */
export function refuse(socket: Duplex, { status, reason }: Refusal): void {
  socket.once('finish', () => socket.destroy());
  socket.end(
    [
      `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`,
      'Connection: close',
      'Content-Type: text/plain; charset=utf-8',
      `Content-Length: ${Buffer.byteLength(reason)}`,
      ...(status === 401 ? ['WWW-Authenticate: Bearer'] : []),
      ...(status === 503 || status === 429 ? ['Retry-After: 2'] : []),
      '',
      reason,
    ].join('\r\n'),
  );
}

/** The scheme is left out of it: before a proxy that ends TLS the page's is https, here it never is. */
function isSameHost(origin: string, host: string): boolean {
  return URL.parse(origin)?.host === host.toLowerCase();
}
