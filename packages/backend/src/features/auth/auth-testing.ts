import { randomUUID } from 'node:crypto';
import type { AuthResult } from '@aura/contract';
import { TRPCError } from '@trpc/server';
import { AppError } from '../../app-error.ts';
import { appRouter } from '../../app-router.ts';
import type { RequestContext } from '../../context.ts';
import type { Backend } from '../../create-backend.ts';
import { callerOn, type Procedures, type TestCaller } from '../../testing/test-caller.ts';
import { createCallerFactory } from '../../trpc/trpc.ts';
import { verifyAccess } from './verify-access.ts';

const createCaller = createCallerFactory(appRouter);
export const PASSWORD = 'correct horse battery';

/** Somebody without a token. */
export function visitorOn(
  backend: Backend,
  { address = null }: { address?: string | null } = {},
): { ctx: RequestContext; call: Procedures } {
  const request = { id: randomUUID(), address, userAgent: 'a test' };
  const ctx: RequestContext = { ...backend, caller: null, request, flow: null };
  return { ctx, call: createCaller(ctx) };
}

/** Somebody new who has registered. */
export async function newcomerOn(
  backend: Backend,
): Promise<{ email: string; tokens: AuthResult } & TestCaller> {
  const email = `${randomUUID()}@test.local`;
  const tokens = await visitorOn(backend).call.auth.register({ email, password: PASSWORD });
  return { email, tokens, ...(await bearerOn(backend, tokens)) };
}

/** Whoever the access token says, as a transport would let them in. */
export async function bearerOn(backend: Backend, { accessToken }: AuthResult): Promise<TestCaller> {
  return callerOn(backend, await verifyAccess(backend, accessToken));
}

/** What a refused call tells; fails when the call is not refused. */
export async function refusalOf(
  call: Promise<unknown>,
): Promise<{ code: string; message: string; retryAfterMs?: number }> {
  const err: unknown = await call.then(
    () => new Error('the call was not refused'),
    (reason: unknown) => reason,
  );
  const known = err instanceof TRPCError ? err.cause : err;
  if (!(known instanceof AppError)) throw err;
  const { retryAfterMs } = known.extras;
  return { code: known.code, message: known.message, ...(retryAfterMs !== undefined && { retryAfterMs }) };
}
