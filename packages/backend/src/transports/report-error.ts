import type { TRPCError } from '@trpc/server';
import type { RequestContext } from '../context.ts';
import { knownCause } from '../trpc/errors.ts';
import { describeError } from './describe-error.ts';

/** Logs an error that is ours to look at. Those a caller causes are no news, and their input never is. */
export function reportError(
  log: { error(fields: object, message: string): void },
  {
    error,
    path,
    ctx,
  }: { error: TRPCError; path?: string | undefined; ctx?: Partial<RequestContext> | undefined },
): void {
  // What is known reaches subscriptions past the middleware that says so.
  if (error.code !== 'INTERNAL_SERVER_ERROR' || knownCause(error) !== null) return;
  log.error(
    {
      err: describeError(error.cause ?? error),
      procedure: path,
      requestId: ctx?.request?.id,
      userId: ctx?.caller?.userId,
    },
    'a procedure failed',
  );
}
