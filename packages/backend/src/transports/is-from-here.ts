import type { IncomingHttpHeaders } from 'node:http';
import { hostName, isLoopbackName } from './request-target.ts';

/**
 * True for what was sent to a name of this machine, and by no page of a stranger's. Where no token is asked for, this is
 * all that keeps pages a developer happens to look at from acting in the developer's name: some requests need no
 * permission of the server's to be sent, and a name of a page's own can be made to lead here.
 */
export function isFromHere(
  { host, origin }: IncomingHttpHeaders,
  { allowedOrigins }: { allowedOrigins: readonly string[] },
): boolean {
  if (host === undefined || !isLoopbackName(hostName(host))) return false;
  if (origin === undefined || allowedOrigins.includes(origin)) return true;
  return URL.parse(origin)?.host === host.toLowerCase();
}
