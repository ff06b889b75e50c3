import { retryLink, type TRPCLink, type TRPCWebSocketClient } from '@trpc/client';
import type { AnyTRPCRouter } from '@trpc/server';
import { observable, type Unsubscribable } from '@trpc/server/observable';
import { type AuraErrorCode, toAuraError } from '../aura-error.ts';
import { backoffMs } from '../backoff.ts';
import type { Session } from '../session/session.ts';
import type { Socket } from './socket.ts';

/**
 * Subscribes again, from the last event that came, when the server ended the subscription for a reason that passes.
 * A lost connection never gets here: the socket client resumes on its own.
 */
export function resubscribeLink<R extends AnyTRPCRouter>(socket: Socket): TRPCLink<R> {
  return retryLink<R>({
    retry: ({ error }) => {
      const { code } = toAuraError(error);
      return code === 'UNAUTHORIZED' ? socket.renew() : passes(code);
    },
    retryDelayMs: (attempt) => backoffMs(attempt - 1),
  });
}

function passes(code: AuraErrorCode): boolean {
  return code === 'INTERNAL' || code === 'UNAVAILABLE' || code === 'TIMEOUT' || code === 'NETWORK';
}

/** Ends the chain of subscriptions: sends them over the socket of the identity that acts now. */
export function socketLink<R extends AnyTRPCRouter>(
  { session, socket }: { session: Session; socket: Socket },
  create: (client: TRPCWebSocketClient) => TRPCLink<R>,
): TRPCLink<R> {
  return (runtime) => (call) =>
    observable((observer) => {
      let inner: Unsubscribable | undefined;
      let isDone = false;
      const release = socket.guard((error) => observer.error(error));
      const start = () => {
        if (isDone) return;
        const key = session.identityKey();
        inner = create(socket.client())(runtime)(call).subscribe({
          next: (value) => observer.next(value),
          complete: () => observer.complete(),
          error(err) {
            const failure = toAuraError(err);
            if (failure.code === 'SESSION_REVOKED') session.revoked(key);
            observer.error(failure);
          },
        });
        // An event may have ended it while it was being subscribed.
        if (isDone) inner.unsubscribe();
      };
      const open = async () => {
        await session.ready;
        // Nothing more than tokens may have been stored; renewing them tells who acts.
        if (session.identityKey() === null) await session.accessToken();
        start();
      };
      open().catch((err: unknown) => observer.error(toAuraError(err)));
      return () => {
        isDone = true;
        release();
        inner?.unsubscribe();
      };
    });
}
