import type { IncomingMessage } from 'node:http';
import type { BackendConfig } from '../config.ts';
import type { RequestInfo } from '../context.ts';
import { clientAddress } from './client-address.ts';

const MAX_USER_AGENT_CHARS = 300;

/** What is kept of a request beside its input. */
export function requestInfo(
  req: IncomingMessage,
  id: string,
  { trustedProxies }: Pick<BackendConfig, 'trustedProxies'>,
): RequestInfo {
  return {
    id,
    address: clientAddress(req, trustedProxies),
    userAgent: req.headers['user-agent']?.slice(0, MAX_USER_AGENT_CHARS) ?? null,
  };
}
