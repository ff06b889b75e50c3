import type { Operation, TRPCLink } from '@trpc/client';
import type { AnyTRPCRouter } from '@trpc/server';
import { observable, type Unsubscribable } from '@trpc/server/observable';
import { AuraError, toAuraError } from '../aura-error.ts';
import type { Session } from '../session/session.ts';
import { isRepeatable } from './is-repeatable.ts';

/**
 * Gives each HTTP call the token of the moment (`op.context.accessToken`). A token that the server refuses is
 * renewed once and the call repeated: a refused call was not carried out. Errors come out as AuraErrors.
 */
export function authLink<R extends AnyTRPCRouter>(session: Session): TRPCLink<R> {
  return () =>
    ({ op, next }) =>
      observable((observer) => {
        let inner: Unsubscribable | undefined;
        let isDone = false;

        const attempt = async (isLast: boolean): Promise<void> => {
          const token = await session.accessToken();
          const key = session.identityKey();
          if (isDone) return;
          inner = next({ ...op, context: { ...op.context, accessToken: token } }).subscribe({
            next: (value) => observer.next(value),
            complete: () => observer.complete(),
            error: (err) => settle(toAuraError(err), { token: isLast ? null : token, key }),
          });
        };
        const settle = (failure: AuraError, used: { token: string | null; key: string | null }): void => {
          if (failure.code === 'UNAUTHORIZED' && used.token !== null) {
            session.refuse(used.token);
            start(true);
            return;
          }
          if (failure.code === 'SESSION_REVOKED') session.revoked(used.key);
          observer.error(afterSending(failure, op));
        };
        const start = (isLast: boolean): void => {
          attempt(isLast).catch((err: unknown) => observer.error(toAuraError(err)));
        };
        start(false);
        return () => {
          isDone = true;
          inner?.unsubscribe();
        };
      });
}

/** Without an answer nobody knows whether a call that left was carried out; only a repeatable one need not care. */
function afterSending(error: AuraError, op: Operation): AuraError {
  if (error.code !== 'NETWORK' || isRepeatable(op)) return error;
  return new AuraError('UNKNOWN_OUTCOME', {
    message: `${op.path} may or may not have been carried out: ${error.message}`,
    cause: error,
  });
}
