import type { IncomingMessage } from 'node:http';
import type { RequestInfo } from '../context.ts';

const MAX_USER_AGENT_CHARS = 300;

/** What is kept of a request beside its input. */
export function requestInfo(req: IncomingMessage, id: string): RequestInfo {
  return {
    id,
    address: req.socket.remoteAddress ?? null,
    userAgent: req.headers['user-agent']?.slice(0, MAX_USER_AGENT_CHARS) ?? null,
  };
}
