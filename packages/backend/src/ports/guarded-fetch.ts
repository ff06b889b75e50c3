// undici rather than Node's own fetch: only its Agent lets us decide which address a connection goes to, and mixing its
// Agent with the fetch of another undici (the one inside Node) breaks between major versions.
import { Agent, fetch as undiciFetch, type Response as UndiciResponse } from 'undici';
import { parseAllowList } from './fetch-allow-list.ts';
import { createGuardedConnector, type Dial, type ResolveHost } from './guarded-connector.ts';
import { guardedErrorIn, GuardedFetchError } from './guarded-fetch-error.ts';
import { limitBody } from './limit-body.ts';
import { type OutgoingRequest, redirectRequest } from './redirect-request.ts';

/** A fetch for URLs that strangers choose: models, the pages they read, the settings of tenants. */
export interface GuardedFetch extends AsyncDisposable {
  /**
   * As `fetch`, with bodies of text only; `redirect: 'manual'` gives the redirect itself. Throws `GuardedFetchError`, or
   * the signal's reason. The body of the answer fails the same way while it is read; its `url` is where it came from.
   */
  fetch(url: string | URL, init?: RequestInit): Promise<Response>;
}

export interface GuardedFetchOptions {
  /** `config.toolHttpAllow`: what may be reached although it is not public, and over plain http. */
  allow?: readonly string[] | undefined;
  /** From sending (each hop) to the first byte of the answer. */
  headersTimeoutMs?: number;
  /** From the call to the last byte; null: as long as the caller's signal lets it. */
  totalTimeoutMs?: number | null;
  /** Of the answer, decompressed. */
  maxBytes?: number;
  resolve?: ResolveHost;
  dial?: Dial;
}

const MAX_REDIRECTS = 5;
const MAX_BYTES = 1_000_000;
const HEADERS_TIMEOUT_MS = 5_000;
const TOTAL_TIMEOUT_MS = 15_000;
/** Statuses whose answer has no body. */
const BODILESS = new Set([204, 205, 304]);

/**
 * Lets through https to public addresses, and whatever the allow list names. Every hop of a redirect is a request of its
 * own to the guard (see `guarded-connector.ts` for addresses, `redirect-request.ts` for what goes along). Any port but
 * those the Fetch standard blocks: on a public address a port says little about what answers. No proxy is used and no
 * cookie kept. Throws when an entry of the allow list is none.
 */
export function createGuardedFetch(options: GuardedFetchOptions = {}): GuardedFetch {
  const { allow = [], maxBytes = MAX_BYTES, resolve, dial } = options;
  const { headersTimeoutMs = HEADERS_TIMEOUT_MS, totalTimeoutMs = TOTAL_TIMEOUT_MS } = options;
  const agent = new Agent({
    connect: createGuardedConnector({
      allow: parseAllowList(allow),
      timeoutMs: headersTimeoutMs,
      resolve,
      dial,
    }),
    // The timer below is exact and covers looking up the name and connecting too.
    headersTimeout: 0,
    allowH2: false,
  });

  const send = async (request: OutgoingRequest, signal: AbortSignal): Promise<UndiciResponse> => {
    assertFetchable(request.url);
    const late = new AbortController();
    const timer = setTimeout(() => late.abort(tookTooLong(headersTimeoutMs)), headersTimeoutMs);
    try {
      return await undiciFetch(request.url, {
        method: request.method,
        headers: [...request.headers],
        body: request.body,
        redirect: 'manual',
        signal: AbortSignal.any([signal, late.signal]),
        dispatcher: agent,
      });
    } finally {
      clearTimeout(timer);
    }
  };

  return {
    async fetch(input, init = {}) {
      const outer = init.signal ?? null;
      const signal = AbortSignal.any([
        ...(outer === null ? [] : [outer]),
        ...(totalTimeoutMs === null ? [] : [AbortSignal.timeout(totalTimeoutMs)]),
      ]);
      const explain = (err: unknown): unknown =>
        outer?.aborted === true ? outer.reason : guardedError(err, signal, totalTimeoutMs);
      try {
        let request = firstRequest(input, init);
        for (let hop = 0; hop <= MAX_REDIRECTS; hop++) {
          const response = await send(request, signal);
          const next = init.redirect === 'manual' ? null : redirectRequest(request, response);
          if (next === null) return answer(response, request.url, { maxBytes, explain });
          await response.body?.cancel();
          request = next;
        }
        throw new GuardedFetchError('refused', `The server redirects more than ${MAX_REDIRECTS} times.`);
      } catch (err) {
        throw explain(err);
      }
    },
    [Symbol.asyncDispose]: async () => await agent.destroy(),
  };
}

function firstRequest(
  input: string | URL,
  { method = 'GET', headers, body = null }: RequestInit,
): OutgoingRequest {
  if (!URL.canParse(String(input))) throw new GuardedFetchError('refused', 'That is not a URL.');
  if (body !== null && typeof body !== 'string') {
    throw new TypeError('The body of a guarded request is text.');
  }
  const own = new Headers(headers);
  // Would decide which site behind the address answers, and which certificate is asked for.
  own.delete('host');
  if (!own.has('user-agent')) own.set('user-agent', 'Aura');
  return { url: new URL(input), method: method.toUpperCase(), headers: own, body };
}

function assertFetchable({ protocol, username, password }: URL): void {
  if (protocol !== 'https:' && protocol !== 'http:') {
    throw new GuardedFetchError('refused', 'Only https URLs can be fetched.');
  }
  if (username !== '' || password !== '') {
    throw new GuardedFetchError('refused', 'A URL with a user name or a password in it is not fetched.');
  }
}

function answer(
  response: UndiciResponse,
  url: URL,
  limits: { maxBytes: number; explain: (err: unknown) => unknown },
): Response {
  const { status, statusText, body } = response;
  if (status > 599) {
    throw new GuardedFetchError('unreachable', `${url.host} answered with the status ${status}.`);
  }
  const headers = new Headers([...response.headers]);
  // They tell of the bytes on the wire; the body is decoded.
  headers.delete('content-encoding');
  headers.delete('content-length');
  const content = body === null || BODILESS.has(status) ? null : limitBody(body, limits);
  const result = new Response(content, { status, statusText, headers });
  return Object.defineProperty(result, 'url', { value: url.href });
}

function guardedError(err: unknown, signal: AbortSignal, totalTimeoutMs: number | null): GuardedFetchError {
  const own = guardedErrorIn(err);
  if (own !== null) return own;
  if (signal.aborted && totalTimeoutMs !== null) return tookTooLong(totalTimeoutMs);
  if (err instanceof Error && err.cause instanceof Error && err.cause.message === 'bad port') {
    return new GuardedFetchError('refused', 'That port is not for the web.');
  }
  return new GuardedFetchError('unreachable', 'The server did not answer, or broke off.', { cause: err });
}

function tookTooLong(timeoutMs: number): GuardedFetchError {
  return new GuardedFetchError('timeout', `The server took longer than ${timeoutMs / 1_000} s.`);
}
