import type { ApiKeyScope } from '@aura/contract';
import { initTRPC, TRPCError } from '@trpc/server';
import { z } from 'zod';
import { AppError, sessionRevoked } from '../app-error.ts';
import type { CallerContext, RequestContext } from '../context.ts';
import { assertPerson, assertScope } from '../features/auth/auth-policy.ts';
import { rateBuckets } from './rate-buckets.ts';
import { errorData, knownCause, publicMessage, trpcCodeOf } from './errors.ts';
import type { RestRoute } from './rest-route.ts';

export interface ProcedureMeta {
  /** What an API key needs for it, where that is not `read` (queries, subscriptions) or `write` (mutations). */
  scope?: ApiKeyScope;
  /** True for what lets somebody in, which has a limit of its own. */
  isSignIn?: boolean;
  /** Nobody may call it without signing in; for the reference, since a middleware does not tell. */
  needsCaller?: true;
  /** Where REST offers it. */
  rest?: RestRoute | readonly RestRoute[];
}

const t = initTRPC
  .context<RequestContext>()
  .meta<ProcedureMeta>()
  .create({
    // Explicit, because the default trusts NODE_ENV and an unset one would send stack traces to clients.
    isDev: false,
    errorFormatter: ({ shape, error, ctx }) => ({
      ...shape,
      message: publicMessage(error),
      data: { ...shape.data, aura: errorData(error, ctx?.request.id ?? null) },
    }),
  });

export const router = t.router;
export const createCallerFactory = t.createCallerFactory;

/** Turns what use cases throw into tRPC's errors in one place, so that no procedure needs a try. */
const mapErrors = t.middleware(async ({ next }) => {
  const result = await next();
  if (result.ok || result.error.code !== 'INTERNAL_SERVER_ERROR') return result;
  const known = knownCause(result.error);
  if (known === null) return result;
  throw new TRPCError({ code: trpcCodeOf(known.code), message: known.message, cause: known });
});

/** In one place for every call over every transport, before anything is done for it. */
const limitRate = t.middleware(async ({ ctx, meta, next }) => {
  if (ctx.rateLimits !== null) {
    const buckets = rateBuckets(ctx, meta?.isSignIn ?? false);
    const retryAfterMs = await ctx.rateLimits.take(ctx.request, buckets);
    if (retryAfterMs !== null) {
      const message = `Too many calls. Try again in ${Math.ceil(retryAfterMs / 1_000)} s.`;
      throw new AppError('TOO_MANY_REQUESTS', { message, retryAfterMs });
    }
  }
  return await next();
});

/** Anyone, signed in or not. */
export const publicProcedure = t.procedure.use(mapErrors).use(limitRate);

/** What lets somebody in: limited more closely, over all nodes. */
export const signInProcedure = publicProcedure.meta({ isSignIn: true });

/**
 * Refuses a token that ended or a session that was revoked since the socket opened. For procedures that check scopes
 * themselves; all others build on one of those below.
 */
export const signedInProcedure = publicProcedure.meta({ needsCaller: true }).use(async ({ ctx, next }) => {
  const { caller } = ctx;
  if (caller === null || caller.expiresAt.getTime() <= ctx.clock.now().getTime()) {
    throw new AppError('UNAUTHORIZED', { message: 'Sign in first.' });
  }
  if (ctx.sessionWatch.isRevoked(caller.sessionId)) {
    throw sessionRevoked();
  }
  // tRPC merges it into the rest, which is not small: more than what changes costs every call a copy.
  return await next({ ctx: { caller } satisfies Pick<CallerContext, 'caller'> });
});

/** Anyone signed in, guests too, and API keys with the scope for it: every procedure that keys may call ends here. */
export const userProcedure = signedInProcedure.use(async ({ ctx, type, meta, next }) => {
  assertScope(ctx.caller, meta?.scope ?? (type === 'mutation' ? 'write' : 'read'));
  return await next();
});

/** A person's session, no API key: for what manages sessions, keys and passwords. */
export const personProcedure = signedInProcedure.use(async ({ ctx, next }) => {
  assertPerson(ctx.caller);
  return await next();
});

/** Signed in and not a guest: whoever may create things and start runs. */
export const memberProcedure = userProcedure.use(async ({ ctx, next }) => {
  if (ctx.caller.role === 'guest') {
    throw new AppError('FORBIDDEN', { message: 'Guests may only read what is shared with them.' });
  }
  return await next();
});

/** An admin of the tenant; an API key needs the scope for it. */
export const adminProcedure = userProcedure.meta({ scope: 'admin' }).use(async ({ ctx, next }) => {
  if (ctx.caller.role !== 'admin') {
    throw new AppError('FORBIDDEN', { message: 'Only admins of this tenant may do this. Ask one.' });
  }
  return await next();
});

/** The answer of procedures that have nothing to say. */
export const nothingSchema = z.object({});

export type RouterTypes = (typeof t)['_config']['$types'];
