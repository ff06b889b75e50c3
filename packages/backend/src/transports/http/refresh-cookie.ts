import type { IncomingHttpHeaders } from 'node:http';
import { AppError } from '../../app-error.ts';
import type { BackendConfig } from '../../config.ts';
import type { RefreshCookie } from '../../context.ts';

/** `__Host-`: browsers take it from this very host alone, over TLS (or from localhost), so no sibling can plant one. */
const REFRESH_COOKIE = '__Host-aura_refresh';
/** The characters of our tokens need no decoding. */
const IN_HEADER = new RegExp(`(?:^|; ?)${REFRESH_COOKIE}=([\\w-]+)(?:;|$)`);
const ATTRIBUTES = 'Path=/; HttpOnly; Secure; SameSite=Strict';

export interface CookieRequest {
  headers: IncomingHttpHeaders;
  /** Adds one `Set-Cookie` header to the answer. */
  setCookie(value: string): void;
}

/**
 * Where the refresh token of a browser is kept that asked for it with `X-Auth-Mode: cookie`. Throws `FORBIDDEN` for a page
 * of a foreign origin, and for who is no browser: what comes with a cookie was not necessarily meant by its user.
 */
export function refreshCookie(
  request: CookieRequest,
  config: Pick<BackendConfig, 'allowedOrigins'>,
): RefreshCookie {
  const { headers } = request;
  assertOwnPage(headers, config.allowedOrigins);
  // A streamed answer has sent its headers before a procedure could set the cookie.
  if (headers['trpc-accept'] !== undefined) {
    throw new AppError('BAD_INPUT', { message: 'Cookie mode needs an answer that is not streamed.' });
  }
  return provenRefreshCookie(request);
}

/**
 * As above, for a request that has shown by other means that its browser meant it: the one that comes back from a
 * sign-in provider, with the binding that only this browser has.
 */
export function provenRefreshCookie({ headers, setCookie }: CookieRequest): RefreshCookie {
  return {
    read: () => IN_HEADER.exec(headers.cookie ?? '')?.[1] ?? null,
    write(token, expiresAt) {
      setCookie(`${REFRESH_COOKIE}=${token}; ${ATTRIBUTES}; Expires=${expiresAt.toUTCString()}`);
    },
    clear: () => setCookie(`${REFRESH_COOKIE}=; ${ATTRIBUTES}; Max-Age=0`),
  };
}

/** Browsers send at least one of the two with every POST, and no page can change either. */
function assertOwnPage(headers: IncomingHttpHeaders, allowedOrigins: readonly string[]): void {
  const { origin, host } = headers;
  const site = headers['sec-fetch-site'];
  const isAllowed = origin !== undefined && allowedOrigins.includes(origin);
  const isOwn =
    origin === undefined ? site === 'same-origin' : URL.parse(origin)?.host === host?.toLowerCase();
  const isSameOrigin = isOwn && (site === undefined || site === 'same-origin');
  if (isAllowed || isSameOrigin) return;
  throw new AppError('FORBIDDEN', {
    message:
      'Cookie mode is for pages of this server and of ALLOWED_ORIGINS. Use the refresh token itself instead.',
  });
}
