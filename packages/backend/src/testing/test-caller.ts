import { randomBytes, randomUUID } from 'node:crypto';
import type { ApiKeyScope, Role } from '@aura/contract';
import { appRouter } from '../app-router.ts';
import type { Caller, CallerContext } from '../context.ts';
import type { Backend } from '../create-backend.ts';
import { withSystemTransaction } from '../db/transaction.ts';
import { createStream } from '../realtime/create-stream.ts';
import { createCallerFactory } from '../trpc/trpc.ts';

const createCaller = createCallerFactory(appRouter);
export type Procedures = ReturnType<typeof createCaller>;

export interface TestCaller {
  ctx: CallerContext;
  /** Every procedure, called as this user through the router: permissions, validation and all. */
  call: Procedures;
}

/**
 * A user with a session, made by rows alone; in the default tenant unless told otherwise. With `scopes` they come as
 * with an API key that has these.
 */
export async function createTestCaller(
  backend: Backend,
  {
    role = 'user',
    tenantId,
    scopes = null,
  }: { role?: Role; tenantId?: string; scopes?: readonly ApiKeyScope[] | null } = {},
): Promise<TestCaller> {
  const userId = randomUUID();
  const sessionId = randomUUID();
  const tenant = await withSystemTransaction(backend, async (tx) => {
    const { id } =
      tenantId === undefined
        ? await tx.db
            .selectFrom('tenants')
            .select('id')
            .where('slug', '=', 'default')
            .executeTakeFirstOrThrow()
        : { id: tenantId };
    const streamId = randomUUID();
    await createStream(tx, { id: streamId, tenantId: id, kind: 'user' });
    await tx.db
      .insertInto('users')
      .values({ id: userId, email: `${userId}@test.local` })
      .execute();
    await tx.db.insertInto('memberships').values({ tenantId: id, userId, role, streamId }).execute();
    await tx.db
      .insertInto('sessions')
      .values({
        id: sessionId,
        tenantId: id,
        userId,
        refreshHash: randomBytes(32),
        expiresAt: new Date(Date.now() + 86_400_000),
      })
      .execute();
    return id;
  });
  return callerOn(backend, {
    userId,
    tenantId: tenant,
    role,
    sessionId,
    expiresAt: new Date(Date.now() + 900_000),
    scopes,
  });
}

/** The same user on another node. */
export function callerOn(backend: Backend, caller: Caller, signal?: AbortSignal): TestCaller {
  const ctx: CallerContext = {
    ...backend,
    caller,
    request: { id: randomUUID(), address: '127.0.0.1', userAgent: 'test' },
    flow: null,
  };
  return { ctx, call: createCaller(ctx, signal === undefined ? {} : { signal }) };
}

/** A tenant with nobody in it. */
export async function createTestTenant(backend: Backend): Promise<string> {
  const id = randomUUID();
  await withSystemTransaction(backend, async ({ db }) => {
    await db.insertInto('tenants').values({ id, slug: id, name: 'Another' }).execute();
  });
  return id;
}
