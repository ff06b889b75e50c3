import type { RequestContext } from '../context.ts';
import { networkOf } from '../features/auth/network-of.ts';
import type { RateBucket } from '../ports/rate-limits.ts';

/** Whom a call counts against. Whoever is signed in has limits of their own, not those of an address shared with others. */
export function rateBuckets({
  caller,
  request,
  isSignIn,
}: Pick<RequestContext, 'caller' | 'request'> & { isSignIn: boolean }): RateBucket[] {
  if (caller === null || isSignIn) {
    const limit = isSignIn ? 'signIn' : 'anonymous';
    return request.address === null ? [] : [{ limit, key: networkOf(request.address) }];
  }
  const { tenantId, userId, sessionId, scopes } = caller;
  return [
    scopes === null ? { limit: 'user', key: `${tenantId}:${userId}` } : { limit: 'key', key: sessionId },
    { limit: 'tenant', key: tenantId },
  ];
}
