import type { ApiKeyScope } from '@aura/contract';
import { initTRPC, type TRPCProcedureType } from '@trpc/server';
import { z } from 'zod';
import { AppError, sessionRevoked } from '../app-error.ts';
import type { Caller, RequestContext } from '../context.ts';
import { assertPerson, assertScope } from '../features/auth/auth-policy.ts';
import { rateBuckets } from './rate-buckets.ts';
import { asTrpcError, errorData, knownCause, publicMessage } from './errors.ts';
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

const NEVER = new AbortController().signal;

interface Call {
  ctx: RequestContext;
  type: TRPCProcedureType;
  meta: ProcedureMeta | undefined;
}

/**
 * Procedures of one kind: `admit` throws for callers that may not call them; what it answers is the type that they see as
 * `ctx.caller`. All checks are one middleware, because tRPC copies what it is given several times for each.
 */
const guarded = <C extends Caller | null>(admit: (call: Call) => C) =>
  t.procedure.use(async ({ ctx, type, meta, signal = NEVER, next }) => {
    try {
      await limitRate(ctx, meta);
      admit({ ctx, type, meta });
    } catch (err) {
      throw asTrpcError(err);
    }
    using _turn = type === 'query' ? await ctx.flow?.turn(signal) : null;
    // A type and no value: tRPC would make a copy of the whole context for it.
    const result = await next<{ caller: C }>({});
    if (result.ok || result.error.code !== 'INTERNAL_SERVER_ERROR') return result;
    // What use cases throw becomes tRPC's in one place, so that no procedure needs a try.
    const known = knownCause(result.error);
    if (known === null) return result;
    throw asTrpcError(known);
  });

/** In one place for every call over every transport, before anything is done for it. */
async function limitRate(ctx: RequestContext, meta: ProcedureMeta | undefined): Promise<void> {
  const { rateLimits, caller, request } = ctx;
  if (rateLimits === null) return;
  const buckets = rateBuckets({ caller, request, isSignIn: meta?.isSignIn ?? false });
  const retryAfterMs = await rateLimits.take(request, buckets);
  if (retryAfterMs === null) return;
  const message = `Too many calls. Try again in ${Math.ceil(retryAfterMs / 1_000)} s.`;
  throw new AppError('TOO_MANY_REQUESTS', { message, retryAfterMs });
}

/** Anyone, signed in or not. */
export const publicProcedure = guarded(({ ctx }) => ctx.caller);

/** What lets somebody in: limited more closely, over all nodes. */
export const signInProcedure = publicProcedure.meta({ isSignIn: true });

/**
 * Refuses a token that ended or a session that was revoked since the socket opened. For procedures that check scopes
 * themselves; all others build on one of those below.
 */
export const signedInProcedure = guarded(signedIn).meta({ needsCaller: true });

/** Anyone signed in, guests too, and API keys with the scope for it: every procedure that keys may call ends here. */
export const userProcedure = guarded(withScope).meta({ needsCaller: true });

/** A person's session, no API key: for what manages sessions, keys and passwords. */
export const personProcedure = guarded((call) => {
  const caller = signedIn(call);
  assertPerson(caller);
  return caller;
}).meta({ needsCaller: true });

/** Signed in and not a guest: whoever may create things and start runs. */
export const memberProcedure = guarded((call) => {
  const caller = withScope(call);
  if (caller.role !== 'guest') return caller;
  throw new AppError('FORBIDDEN', { message: 'Guests may only read what is shared with them.' });
}).meta({ needsCaller: true });

/** An admin of the tenant; an API key needs the scope for it. */
export const adminProcedure = guarded((call) => {
  const caller = withScope(call);
  if (caller.role === 'admin') return caller;
  throw new AppError('FORBIDDEN', { message: 'Only admins of this tenant may do this. Ask one.' });
}).meta({ needsCaller: true, scope: 'admin' });

function signedIn({ ctx }: Call): Caller {
  const { caller } = ctx;
  if (caller === null || caller.expiresAt.getTime() <= ctx.clock.now().getTime()) {
    throw new AppError('UNAUTHORIZED', { message: 'Sign in first.' });
  }
  if (ctx.sessionWatch.isRevoked(caller.sessionId)) throw sessionRevoked();
  return caller;
}

function withScope(call: Call): Caller {
  const caller = signedIn(call);
  assertScope(caller, call.meta?.scope ?? (call.type === 'mutation' ? 'write' : 'read'));
  return caller;
}

/** The answer of procedures that have nothing to say. */
export const nothingSchema = z.object({});

export type RouterTypes = (typeof t)['_config']['$types'];
