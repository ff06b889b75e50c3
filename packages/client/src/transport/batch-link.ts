import type { OperationLink, TRPCLink } from '@trpc/client';
import type { AnyTRPCRouter } from '@trpc/server';

/**
 * Ends the HTTP chain. Calls of the same moment share a request, but only with calls of the same token: one that
 * was begun under another login or tenant must not be carried out under this one. `create` makes a batching link
 * that sends these headers.
 */
export function batchLink<R extends AnyTRPCRouter>(
  create: (headers: Record<string, string>) => TRPCLink<R>,
): TRPCLink<R> {
  return (runtime) => {
    let latest: { token: unknown; link: OperationLink<R> } | null = null;
    return (call) => {
      const token = call.op.context['accessToken'];
      if (latest === null || latest.token !== token) {
        latest = { token, link: create(authorization(token))(runtime) };
      }
      return latest.link(call);
    };
  };
}

export function authorization(token: unknown): Record<string, string> {
  return typeof token === 'string' ? { authorization: `Bearer ${token}` } : {};
}
