import type { IncomingHttpHeaders } from 'node:http';
import { AppError } from '../app-error.ts';
import type { Caller, Core, RequestContext, RequestInfo } from '../context.ts';
import { developmentCaller, isDevelopmentCaller } from '../features/auth/development-user.ts';
import { readToken, verifyAccess } from '../features/auth/verify-access.ts';
import type { SocketFlow } from '../realtime/socket-flow.ts';
import { refreshCookie } from './http/refresh-cookie.ts';
import { isFromHere } from './is-from-here.ts';

export interface HttpRequest {
  headers: IncomingHttpHeaders;
  info: RequestInfo;
  /** Adds one `Set-Cookie` header to the answer. */
  setCookie(value: string): void;
  /** Where the refresh token of the answer goes; default: what `X-Auth-Mode` says. */
  mode?: 'cookie' | 'bearer' | undefined;
}

/**
 * The context of a request's procedures. A token that is bad counts as none: public procedures work without one, and
 * the others answer UNAUTHORIZED; where no token is asked for, whoever has no good one is the development user. Throws
 * FORBIDDEN when `X-Tenant-ID` names another tenant than the token, and when a foreign page asks for cookie mode.
 */
export async function httpContext(core: Core, request: HttpRequest): Promise<RequestContext> {
  const token = bearerToken(request.headers.authorization);
  const known = token === null ? null : await callerOrNull(core, token);
  const caller = known ?? developer(core, request.headers);
  assertTenant(caller, request.headers['x-tenant-id']);
  const mode = request.mode ?? request.headers['x-auth-mode'];
  const cookie = mode === 'cookie' ? refreshCookie(request, core.config) : undefined;
  return { ...core, caller, request: request.info, flow: null, refreshCookie: cookie };
}

/**
 * The context of everything that happens on one socket. Throws UNAUTHORIZED without a good token, SESSION_REVOKED when
 * its session has ended, FORBIDDEN when `tenantId` is another tenant than the token's.
 */
export async function socketContext(
  core: Core,
  socket: {
    params: { token?: string; tenantId?: string };
    headers: IncomingHttpHeaders;
    info: RequestInfo;
    flow: SocketFlow;
  },
): Promise<RequestContext & { caller: Caller }> {
  const caller = await socketCaller(core, socket.params.token ?? '', socket.headers);
  assertTenant(caller, socket.params.tenantId);
  return { ...core, caller, request: socket.info, flow: socket.flow };
}

async function socketCaller(core: Core, token: string, headers: IncomingHttpHeaders): Promise<Caller> {
  const fallback = developer(core, headers);
  if (fallback === null) return await verifyAccess(core, token);
  return (await callerOrNull(core, token)) ?? fallback;
}

function developer(core: Core, headers: IncomingHttpHeaders): Caller | null {
  return isFromHere(headers, core.config) ? developmentCaller(core) : null;
}

function bearerToken(header: string | undefined): string | null {
  return /^bearer +([^ ]+)$/i.exec(header ?? '')?.[1] ?? null;
}

async function callerOrNull(core: Core, token: string): Promise<Caller | null> {
  try {
    return await readToken(core, token);
  } catch (err) {
    if (err instanceof AppError) return null;
    throw err;
  }
}

/** Throws FORBIDDEN when a request names another tenant than the caller's. */
export function assertTenant(caller: Caller | null, tenantId: string | string[] | undefined): void {
  if (caller === null || isDevelopmentCaller(caller)) return;
  if (tenantId === undefined || tenantId === caller.tenantId) return;
  throw new AppError('FORBIDDEN', {
    message: 'The tenant named is not that of the token. Leave it out, or switch the tenant first.',
  });
}
