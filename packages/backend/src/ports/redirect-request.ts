import { GuardedFetchError } from './guarded-fetch-error.ts';

export interface OutgoingRequest {
  url: URL;
  method: string;
  headers: Headers;
  body: string | null;
}

const REDIRECTS = new Set([301, 302, 303, 307, 308]);
/** Headers that say nothing about who asks; all others stay with the origin they were meant for. */
const HARMLESS = new Set(['accept', 'accept-language', 'user-agent']);

/**
 * The request that follows `response`, null when it is none to follow. Methods change as the Fetch standard says. Another
 * origin gets neither credentials nor any header of the caller's own, and never the body: a redirect that would take it
 * there is refused.
 */
export function redirectRequest(
  request: OutgoingRequest,
  response: { status: number; headers: { get(name: string): string | null } },
): OutgoingRequest | null {
  const location = response.headers.get('location');
  if (!REDIRECTS.has(response.status) || location === null) return null;
  if (!URL.canParse(location, request.url.href)) {
    throw new GuardedFetchError('refused', 'The server redirects to something that is not a URL.');
  }
  const url = new URL(location, request.url);
  const becomesGet =
    response.status === 303
      ? request.method !== 'HEAD'
      : request.method === 'POST' && (response.status === 301 || response.status === 302);
  const method = becomesGet ? 'GET' : request.method;
  const body = becomesGet ? null : request.body;
  const isSameOrigin = url.origin === request.url.origin;
  if (!isSameOrigin && method !== 'GET' && method !== 'HEAD') {
    throw new GuardedFetchError('refused', `The server redirects a ${method} to another origin.`);
  }
  const headers = new Headers(
    isSameOrigin ? request.headers : [...request.headers].filter(([name]) => HARMLESS.has(name)),
  );
  if (body === null) headers.delete('content-type');
  return { url, method, headers, body };
}
