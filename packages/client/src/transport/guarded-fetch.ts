import type { httpLink } from '@trpc/client';
import { AuraError } from '../aura-error.ts';
import { parseJson } from '../parse-json.ts';
import { codeOfStatus } from './code-of-status.ts';

const TIMEOUT_MS = 30_000;

/** A `fetch` as tRPC's HTTP links take it. */
export type LinkFetch = NonNullable<Parameters<typeof httpLink>[0]['fetch']>;

/**
 * `fetch` for tRPC's HTTP links: with a deadline, and failing with an AuraError. The body is read here too, since
 * an answer cut in its middle, or a proxy's HTML page, would otherwise surface as a SyntaxError.
 */
export function createGuardedFetch(
  fetch: typeof globalThis.fetch,
  { timeoutMs = TIMEOUT_MS } = {},
): LinkFetch {
  return async (url, init = {}) => {
    const deadline = AbortSignal.timeout(timeoutMs);
    const signal = init.signal ? AbortSignal.any([init.signal, deadline]) : deadline;
    let response: Response;
    let text: string;
    try {
      response = await fetch(url, { ...init, signal });
      text = await response.text();
    } catch (err) {
      const message = deadline.aborted
        ? `no answer within ${timeoutMs / 1_000} s; check the connection`
        : 'the server cannot be reached; check the connection';
      throw new AuraError('NETWORK', { message, cause: err });
    }
    const body = parseJson(text);
    if (body === undefined) throw notOurs(response.status);
    return { ok: response.ok, json: () => Promise.resolve(body) };
  };
}

function notOurs(status: number): AuraError {
  // A gateway that lost the server in the middle of a call cannot say whether it was carried out.
  const code = status === 502 || status === 504 ? 'NETWORK' : codeOfStatus(status);
  return new AuraError(code, {
    message: `something between here and Aura answered (status ${status}, no JSON); check the url and the proxy`,
  });
}
