import { retryLink, type TRPCLink } from '@trpc/client';
import type { AnyTRPCRouter } from '@trpc/server';
import { isTransient, toAuraError } from '../aura-error.ts';
import { backoffMs } from '../backoff.ts';
import { isRepeatable } from './is-repeatable.ts';

/**
 * Repeats, with the same input (clientId included), calls that got no answer or "not now", if that is safe. The
 * default of six attempts takes 4 to 8 s: long enough for a server to restart, short enough for a person to wait.
 */
export function repeatLink<R extends AnyTRPCRouter>({ maxAttempts = 6 } = {}): TRPCLink<R> {
  return retryLink<R>({
    retry: ({ op, error, attempts }) =>
      attempts < maxAttempts &&
      op.signal?.aborted !== true &&
      isRepeatable(op) &&
      isTransient(toAuraError(error).code),
    retryDelayMs: (attempt) => backoffMs(attempt - 1),
  });
}
