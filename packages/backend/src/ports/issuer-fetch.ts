import { z } from 'zod';
import type { GuardedFetch } from './guarded-fetch.ts';

/** The issuer could not be asked, or answered nothing that makes sense: no word for or against what was presented. */
export class IssuerDownError extends Error {
  override name = 'IssuerDownError';

  constructor(message: string, cause?: unknown) {
    super(message, { cause });
  }
}

/** The issuer was asked, and refused. */
export class IssuerRefusalError extends Error {
  override name = 'IssuerRefusalError';
}

export interface FetchJson {
  /** The answer, whatever it is. Throws `IssuerDownError`. */
  response(url: string, init: RequestInit): Promise<Response>;
  /** The object that it answers. Throws `IssuerDownError`, and `IssuerRefusalError` for a status of 400 to 499. */
  json(url: string, init: RequestInit): Promise<Record<string, unknown>>;
}

/** An issuer that is down is not asked again for as long, or each stranger's token would be a request to it. */
const FAILURE_KEPT_MS = 5_000;

const objectSchema = z.record(z.string(), z.unknown());

/** Redirects are not followed: what we are sent to is not what was configured, and credentials go along. */
export function recallingFailures(fetch: GuardedFetch['fetch']): FetchJson {
  const failures = new Map<string, { at: number; reason: unknown }>();

  const response = async (url: string, init: RequestInit): Promise<Response> => {
    const failure = failures.get(url);
    if (failure !== undefined && performance.now() - failure.at < FAILURE_KEPT_MS) {
      throw new IssuerDownError('The issuer did not answer a moment ago.', failure.reason);
    }
    failures.delete(url);
    try {
      const answer = await fetch(url, { ...init, redirect: 'manual' });
      if (answer.status >= 500 || (answer.status >= 300 && answer.status < 400)) {
        await answer.body?.cancel();
        throw new Error(`status ${answer.status}`);
      }
      return answer;
    } catch (reason) {
      failures.set(url, { at: performance.now(), reason });
      throw new IssuerDownError('The issuer did not answer.', reason);
    }
  };

  return {
    response,
    async json(url, init) {
      const answer = await response(url, init);
      if (!answer.ok) {
        await answer.body?.cancel();
        throw new IssuerRefusalError(`status ${answer.status}`);
      }
      try {
        return objectSchema.parse(await answer.json());
      } catch (err) {
        throw new IssuerDownError('The issuer’s answer is no JSON object.', err);
      }
    },
  };
}
