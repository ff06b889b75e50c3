import proxyAddr from '@fastify/proxy-addr';
import type { IncomingMessage } from 'node:http';

/**
 * The address a request came from: that of the connection, or, when a trusted proxy made the connection, the last one
 * in `X-Forwarded-For` that no trusted proxy wrote. Anybody can send that header, so nobody else's is believed.
 */
export function clientAddress(req: IncomingMessage, trustedProxies: readonly string[]): string | null {
  const { remoteAddress } = req.socket;
  if (remoteAddress === undefined || trustedProxies.length === 0) return remoteAddress ?? null;
  return proxyAddr(req, [...trustedProxies]);
}
