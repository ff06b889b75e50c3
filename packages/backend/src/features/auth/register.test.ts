import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { withSystemTransaction } from '../../db/transaction.ts';
import { createTestBackend, type TestBackend } from '../../testing/test-backend.ts';
import { bearerOn, newcomerOn, PASSWORD, refusalOf, visitorOn } from './auth-testing.ts';

let test: TestBackend;
beforeAll(async () => {
  test = await createTestBackend();
});
afterAll(async () => await test[Symbol.asyncDispose]());

const newEmail = (): string => `${randomUUID()}@test.local`;

describe('auth.register', () => {
  it.each([
    { email: 'nobody', password: PASSWORD },
    { email: 'a@b.example', password: 'short' },
    { email: 'a@b.example', password: 'x'.repeat(129) },
    { email: `${'x'.repeat(250)}@b.example`, password: PASSWORD },
    { email: 'a@b.example', password: PASSWORD, nickname: ' ' },
  ])('refuses input that cannot be right: %j', async (input) => {
    await expect(visitorOn(test.backend).call.auth.register(input)).rejects.toMatchObject({
      code: 'BAD_REQUEST',
    });
  });

  it('makes a user with a role, a stream, a session and an audit row, and signs them in', async () => {
    const visitor = visitorOn(test.backend, { address: '192.0.2.1' });
    const email = newEmail();
    const result = await visitor.call.auth.register({ email, password: PASSWORD, nickname: 'Some\0body' });
    expect(result.identity).toMatchObject({
      user: { email, nickname: 'Some\uFFFDbody', tier: 'free' },
      role: 'user',
      tenantName: 'Default',
    });
    expect(result.identity.memberships).toHaveLength(1);
    expect(Date.parse(result.accessExpiresAt) - Date.now()).toBeGreaterThan(890_000);
    expect(Date.parse(result.refreshExpiresAt) - Date.now()).toBeGreaterThan(6.9 * 86_400_000);
    const { call } = await bearerOn(test.backend, result);
    expect(await call.auth.me()).toEqual(result.identity);

    const userId = result.identity.user.id;
    const rows = await withSystemTransaction(test.backend, async ({ db }) => ({
      stream: await db
        .selectFrom('memberships as m')
        .innerJoin('streams as s', 's.id', 'm.streamId')
        .select(['s.kind', 's.tenantId'])
        .where('m.userId', '=', userId)
        .execute(),
      session: await db
        .selectFrom('sessions')
        .selectAll()
        .where('userId', '=', userId)
        .executeTakeFirstOrThrow(),
      audit: await db.selectFrom('auditLog').selectAll().where('actorId', '=', userId).execute(),
      user: await db.selectFrom('users').selectAll().where('id', '=', userId).executeTakeFirstOrThrow(),
    }));
    expect(rows.stream).toEqual([{ kind: 'user', tenantId: result.identity.tenantId }]);
    expect(rows.session).toMatchObject({ userAgent: 'a test', address: '192.0.2.1', revokedAt: null });
    expect(rows.audit).toMatchObject([
      {
        action: 'auth.register',
        subject: rows.session.id,
        address: '192.0.2.1',
        requestId: visitor.ctx.request.id,
      },
    ]);
    const kept = JSON.stringify([rows, Buffer.from(rows.session.refreshHash).toString('utf8')]);
    for (const secret of [PASSWORD, result.refreshToken, result.accessToken]) {
      expect(kept).not.toContain(secret);
    }
  });

  it('takes an address once, however it is written', async () => {
    const { email } = await newcomerOn(test.backend);
    const again = visitorOn(test.backend).call.auth.register({
      email: email.toUpperCase(),
      password: PASSWORD,
    });
    expect(await refusalOf(again)).toMatchObject({ code: 'EMAIL_TAKEN' });
  });

  it('makes one user of twenty who register the same address at once', async () => {
    const email = newEmail();
    const calls = Array.from({ length: 20 }, async (_, index) => {
      const variant = index % 2 === 0 ? email : email.toUpperCase();
      return await visitorOn(test.backend).call.auth.register({ email: variant, password: PASSWORD });
    });
    const results = await Promise.allSettled(calls);
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    const refusals = await Promise.all(
      results.flatMap((result) =>
        result.status === 'rejected' ? [refusalOf(Promise.reject(result.reason))] : [],
      ),
    );
    expect(new Set(refusals.map(({ code }) => code))).toEqual(new Set(['EMAIL_TAKEN']));
    const streams = await withSystemTransaction(
      test.backend,
      async ({ db }) =>
        await db
          .selectFrom('memberships as m')
          .innerJoin('users as u', 'u.id', 'm.userId')
          .select('m.streamId')
          .where('u.email', '=', email)
          .execute(),
    );
    expect(streams).toHaveLength(1);
  });

  it('is closed when the installation says so', async () => {
    const closed = { ...test.backend, config: { ...test.config, isRegistrationOpen: false } };
    const call = visitorOn(closed).call.auth.register({ email: newEmail(), password: PASSWORD });
    expect(await refusalOf(call)).toMatchObject({ code: 'REGISTRATION_CLOSED' });
  });
});
