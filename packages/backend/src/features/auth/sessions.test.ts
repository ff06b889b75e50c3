import { randomUUID } from 'node:crypto';
import type { Role } from '@aura/contract';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { withSystemTransaction } from '../../db/transaction.ts';
import { createStream } from '../../realtime/create-stream.ts';
import { createTestBackend, type TestBackend } from '../../testing/test-backend.ts';
import { callerOn, createTestTenant } from '../../testing/test-caller.ts';
import { bearerOn, newcomerOn, PASSWORD, refusalOf, visitorOn } from './auth-testing.ts';
import { endSessions } from './end-sessions.ts';
import { insertMembership } from './member-store.ts';
import { verifyAccess } from './verify-access.ts';

let test: TestBackend;
beforeAll(async () => {
  test = await createTestBackend();
});
afterAll(async () => await test[Symbol.asyncDispose]());

const join = async (userId: string, role: Role): Promise<string> => {
  const tenantId = await createTestTenant(test.backend);
  await withSystemTransaction(test.backend, async (tx) => {
    const streamId = randomUUID();
    await createStream(tx, { id: streamId, tenantId, kind: 'user' });
    await insertMembership(tx.db, { tenantId, userId, role, streamId });
  });
  return tenantId;
};
const loginAs = async (email: string, tenantId?: string) =>
  await visitorOn(test.backend).call.auth.login({ email, password: PASSWORD, tenantId });
const stateOf = async (accessToken: string): Promise<string> =>
  await verifyAccess(test.backend, accessToken).then(
    () => 'accepted',
    async (err: unknown) => (await refusalOf(Promise.reject(err))).code,
  );

describe('sessions', () => {
  it('are closed to who is not signed in', async () => {
    const { call } = visitorOn(test.backend);
    const calls = [
      call.auth.me(),
      call.auth.logout(),
      call.auth.logoutAll(),
      call.auth.sessions(),
      call.auth.revokeSession({ sessionId: randomUUID() }),
      call.auth.switchTenant({ tenantId: randomUUID() }),
    ];
    for (const each of calls) expect(await refusalOf(each)).toMatchObject({ code: 'UNAUTHORIZED' });
  });

  it('are listed with where they are, the ended ones left out', async () => {
    const { call, email, tokens } = await newcomerOn(test.backend);
    const second = await loginAs(email);
    const third = await loginAs(email);
    await (await bearerOn(test.backend, third)).call.auth.logout();
    const sessions = await call.auth.sessions();
    expect(sessions.map(({ id, isCurrent }) => ({ id, isCurrent }))).toEqual([
      { id: second.identity.sessionId, isCurrent: false },
      { id: tokens.identity.sessionId, isCurrent: true },
    ]);
    expect(sessions[0]).toMatchObject({ userAgent: 'a test', address: null });
    expect(sessions[0]?.expiresAt).toBe(second.refreshExpiresAt);
  });

  it('end one by one, by their owner alone: another’s is answered like one that does not exist', async () => {
    const { call, email } = await newcomerOn(test.backend);
    const other = await loginAs(email);
    const stranger = await newcomerOn(test.backend);
    const { sessionId } = other.identity;
    const hidden = await refusalOf(stranger.call.auth.revokeSession({ sessionId }));
    expect(hidden).toEqual(await refusalOf(stranger.call.auth.revokeSession({ sessionId: randomUUID() })));
    expect(hidden.code).toBe('NOT_FOUND');
    expect(await stateOf(other.accessToken)).toBe('accepted');
    await call.auth.revokeSession({ sessionId });
    await call.auth.revokeSession({ sessionId });
    expect(await stateOf(other.accessToken)).toBe('SESSION_REVOKED');
    expect(await call.auth.me()).toMatchObject({ user: { email } });
  });

  it('end all at once, in every tenant, with logoutAll', async () => {
    const { call, email, ctx, tokens } = await newcomerOn(test.backend);
    const elsewhere = await loginAs(email, await join(ctx.caller.userId, 'admin'));
    expect(elsewhere.identity.role).toBe('admin');
    await call.auth.logoutAll();
    for (const { accessToken } of [tokens, elsewhere]) {
      expect(await stateOf(accessToken)).toBe('SESSION_REVOKED');
    }
    expect((await loginAs(email)).identity.user.email).toBe(email);
  });

  it('end with the change that takes the right to them away', async () => {
    const { ctx, tokens } = await newcomerOn(test.backend);
    const { userId } = ctx.caller;
    await endSessions(ctx, { userId, reason: 'revoked' }, async ({ db }) => {
      await db.updateTable('users').set({ isActive: false }).where('id', '=', userId).execute();
    });
    expect(await stateOf(tokens.accessToken)).toBe('SESSION_REVOKED');
  });
});

describe('auth.switchTenant', () => {
  it('answers for a tenant the user is not in as for one that does not exist', async () => {
    const { call, tokens } = await newcomerOn(test.backend);
    const hidden = await refusalOf(
      call.auth.switchTenant({ tenantId: await createTestTenant(test.backend) }),
    );
    expect(hidden).toEqual(await refusalOf(call.auth.switchTenant({ tenantId: randomUUID() })));
    expect(hidden.code).toBe('NOT_FOUND');
    expect(await stateOf(tokens.accessToken)).toBe('accepted');
  });

  it('gives a session there with the role there, ends the one here and prolongs nothing', async () => {
    const { call, ctx, tokens } = await newcomerOn(test.backend);
    const { userId, sessionId } = ctx.caller;
    const tenantId = await join(userId, 'guest');
    const endOf = async (id: string): Promise<Date> =>
      await withSystemTransaction(test.backend, async ({ db }) => {
        const row = await db
          .selectFrom('sessions')
          .select('expiresAt')
          .where('id', '=', id)
          .executeTakeFirstOrThrow();
        return row.expiresAt;
      });
    const moved = await call.auth.switchTenant({ tenantId });
    expect(moved.identity).toMatchObject({ tenantId, role: 'guest', tenantName: 'Another' });
    expect(moved.identity.memberships.map((membership) => membership.role)).toEqual(['user', 'guest']);
    expect(await endOf(moved.identity.sessionId)).toEqual(await endOf(sessionId));
    expect(await stateOf(tokens.accessToken)).toBe('SESSION_REVOKED');
    expect(await stateOf(moved.accessToken)).toBe('accepted');
    const audit = await withSystemTransaction(
      test.backend,
      async ({ db }) =>
        await db
          .selectFrom('auditLog')
          .select('tenantId')
          .where('action', '=', 'auth.tenant_switched')
          .where('actorId', '=', userId)
          .execute(),
    );
    expect(new Set(audit.map((row) => row.tenantId))).toEqual(new Set([ctx.caller.tenantId, tenantId]));
  });

  it('does not bring an ended session back on a node that has not heard of its end', async () => {
    const { ctx, call } = await newcomerOn(test.backend);
    const tenantId = await join(ctx.caller.userId, 'user');
    await call.auth.logout();
    const unaware = {
      ...test.backend,
      sessionWatch: { ...test.backend.sessionWatch, isRevoked: () => false },
    };
    const late = callerOn(unaware, ctx.caller);
    expect(await refusalOf(late.call.auth.switchTenant({ tenantId }))).toMatchObject({
      code: 'SESSION_REVOKED',
    });
  });

  it('gives one session to ten who switch at once', async () => {
    const { ctx, call } = await newcomerOn(test.backend);
    const tenantId = await join(ctx.caller.userId, 'user');
    const results = await Promise.allSettled(
      Array.from({ length: 10 }, async () => await call.auth.switchTenant({ tenantId })),
    );
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });
});
