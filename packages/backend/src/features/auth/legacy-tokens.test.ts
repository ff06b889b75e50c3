import { createSecretKey, randomUUID } from 'node:crypto';
import { SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { withSystemTransaction } from '../../db/transaction.ts';
import { createTestBackend, type TestBackend } from '../../testing/test-backend.ts';
import { callerOn, createTestCaller, createTestTenant } from '../../testing/test-caller.ts';
import { refusalOf } from './auth-testing.ts';
import { endSessions } from './end-sessions.ts';
import { verifyAccess } from './verify-access.ts';

const PREVIOUS = 'the secret before, at least thirty-two bytes long';
let test: TestBackend;
let strict: TestBackend;
beforeAll(async () => {
  test = await createTestBackend({
    isStarted: false,
    config: {
      previousJwtSecrets: [PREVIOUS],
      legacyTokens: { issuers: ['https://old.example'], audiences: ['old-api'] },
    },
  });
  strict = await createTestBackend({ isStarted: false });
});
afterAll(async () => {
  await test[Symbol.asyncDispose]();
  await strict[Symbol.asyncDispose]();
});

const nowS = (): number => Math.floor(Date.now() / 1_000);
async function signed(
  claims: Record<string, unknown>,
  { secret = test.config.jwtSecret, header = {}, alg = 'HS256' } = {},
): Promise<string> {
  return await new SignJWT({ exp: nowS() + 3_600, ...claims })
    .setProtectedHeader({ alg, typ: 'JWT', ...header })
    .sign(createSecretKey(secret, 'utf8'));
}
const admit = async (token: string) => await verifyAccess(test.backend, token);

describe('a token of another service with our secret', () => {
  it('is not accepted unless that is configured', async () => {
    const { ctx } = await createTestCaller(strict.backend);
    const token = await signed({ sub: ctx.caller.userId, tenant_id: ctx.caller.tenantId });
    expect(await refusalOf(verifyAccess(strict.backend, token))).toMatchObject({ code: 'UNAUTHORIZED' });
  });

  it('speaks for a member, with no more rights than it names and than the member has', async () => {
    const { ctx } = await createTestCaller(test.backend, { role: 'admin' });
    const { userId, tenantId } = ctx.caller;
    const plain = await signed({ sub: userId, tenant_id: tenantId });
    expect(await admit(plain)).toMatchObject({ userId, tenantId, role: 'user', scopes: null });
    expect(await admit(await signed({ sub: userId, tenant_id: 'default', roles: ['admin'] }))).toMatchObject({
      userId,
      role: 'admin',
    });
    const user = await createTestCaller(test.backend);
    const proud = await signed({ sub: user.ctx.caller.userId, tenant_id: tenantId, role: 'admin' });
    expect(await admit(proud)).toMatchObject({ role: 'user' });
    const odd = await signed({ sub: user.ctx.caller.userId, tenant_id: tenantId, role: 'superuser' });
    expect(await admit(odd)).toMatchObject({ role: 'guest' });
  });

  it('makes a user of its own for a subject that is only known over there, once', async () => {
    const subject = `user-${randomUUID()}`;
    const email = `${subject}@old.example`;
    const claims = { sub: subject, tenant_id: 'default', email };
    const tokens = await Promise.all(
      Array.from({ length: 5 }, async (_, index) => await signed({ ...claims, exp: nowS() + 600 + index })),
    );
    const callers = await Promise.all(tokens.map(admit));
    expect(new Set(callers.map(({ userId }) => userId)).size).toBe(1);
    const me = await callerOn(test.backend, callers[0] ?? expect.fail()).call.auth.me();
    expect(me.user.email).toBe(email);
  });

  it('never becomes a user by the e-mail address', async () => {
    const { ctx, call } = await createTestCaller(test.backend);
    const { email } = (await call.auth.me()).user;
    const stranger = await admit(await signed({ sub: 'stranger', tenant_id: 'default', email }));
    expect(stranger.userId).not.toBe(ctx.caller.userId);
  });

  it('is good when it was signed with a secret that is still accepted, or names what is configured', async () => {
    const { ctx } = await createTestCaller(test.backend);
    const claims = { sub: ctx.caller.userId, tenant_id: ctx.caller.tenantId };
    const good = [
      await signed(claims, { secret: PREVIOUS }),
      await signed({ ...claims, iss: 'https://old.example', aud: 'old-api', iat: nowS(), jti: 'x' }),
      await signed(claims, { header: { kid: 'theirs' } }),
    ];
    for (const token of good) expect(await admit(token)).toMatchObject({ userId: ctx.caller.userId });
  });

  it('is a session that can be revoked, and does not come back', async () => {
    const { ctx } = await createTestCaller(test.backend);
    const token = await signed({ sub: ctx.caller.userId, tenant_id: ctx.caller.tenantId });
    const caller = await admit(token);
    const own = callerOn(test.backend, caller);
    expect((await own.call.auth.sessions()).map(({ id }) => id)).toContain(caller.sessionId);
    await own.call.auth.logout();
    expect(await refusalOf(own.call.auth.me())).toMatchObject({ code: 'SESSION_REVOKED' });
    expect(await refusalOf(admit(token))).toMatchObject({ code: 'UNAUTHORIZED' });
  });

  it('ends with its user', async () => {
    const { ctx } = await createTestCaller(test.backend);
    const { userId, tenantId } = ctx.caller;
    const token = await signed({ sub: userId, tenant_id: tenantId });
    await admit(token);
    await endSessions({ ...ctx, caller: ctx.caller }, { userId, reason: 'revoked' }, async ({ db }) => {
      await db.updateTable('users').set({ isActive: false }).where('id', '=', userId).execute();
    });
    expect(await refusalOf(admit(token))).toMatchObject({ code: 'UNAUTHORIZED' });
    const another = await signed({ sub: userId, tenant_id: tenantId, exp: nowS() + 60 });
    expect(await refusalOf(admit(another))).toMatchObject({ code: 'UNAUTHORIZED' });
  });

  it('of a user and another tenant makes no member of that one out of the user', async () => {
    const { ctx } = await createTestCaller(test.backend);
    const elsewhere = await createTestTenant(test.backend);
    const caller = await admit(await signed({ sub: ctx.caller.userId, tenant_id: elsewhere }));
    expect(caller.userId).not.toBe(ctx.caller.userId);
    const rows = await withSystemTransaction(
      test.backend,
      async ({ db }) =>
        await db
          .selectFrom('memberships')
          .select('tenantId')
          .where('userId', '=', ctx.caller.userId)
          .execute(),
    );
    expect(rows).toEqual([{ tenantId: ctx.caller.tenantId }]);
  });

  const REFUSED: Record<string, () => Promise<string>> = {
    'no sub': async () => await signed({ tenant_id: 'default' }),
    'an empty sub': async () => await signed({ sub: '', tenant_id: 'default' }),
    'no tenant_id': async () => await signed({ sub: 'someone' }),
    'an unknown tenant': async () => await signed({ sub: 'someone', tenant_id: randomUUID() }),
    'no exp': async () => await signed({ sub: 'someone', tenant_id: 'default', exp: undefined }),
    'exp in the past': async () => await signed({ sub: 'someone', tenant_id: 'default', exp: nowS() - 10 }),
    'a life of more than a day': async () =>
      await signed({ sub: 'someone', tenant_id: 'default', exp: nowS() + 86_500 }),
    'a life of more than a day, far into it': async () =>
      await signed({ sub: 'someone', tenant_id: 'default', iat: nowS() - 86_400, exp: nowS() + 60 }),
    'iat in the future': async () => await signed({ sub: 'someone', tenant_id: 'default', iat: nowS() + 60 }),
    'nbf in the future': async () => await signed({ sub: 'someone', tenant_id: 'default', nbf: nowS() + 60 }),
    'an issuer that is not configured': async () =>
      await signed({ sub: 'someone', tenant_id: 'default', iss: 'https://evil.example' }),
    'an audience that is not configured': async () =>
      await signed({ sub: 'someone', tenant_id: 'default', aud: 'another' }),
    'an audience in a list': async () =>
      await signed({ sub: 'someone', tenant_id: 'default', aud: ['old-api'] }),
    'our own issuer': async () => await signed({ sub: 'someone', tenant_id: 'default', iss: 'aura' }),
    'another secret': async () =>
      await signed({ sub: 'someone', tenant_id: 'default' }, { secret: `${PREVIOUS}!` }),
    HS512: async () => await signed({ sub: 'someone', tenant_id: 'default' }, { alg: 'HS512' }),
    'typ of a refresh token': async () =>
      await signed({ sub: 'someone', tenant_id: 'default' }, { header: { typ: 'rt+jwt' } }),
    'an embedded key': async () =>
      await signed({ sub: 'someone', tenant_id: 'default' }, { header: { jwk: { kty: 'oct', k: 'AA' } } }),
    'alg none': async () => {
      const [, payload] = (await signed({ sub: 'someone', tenant_id: 'default' })).split('.');
      return `${Buffer.from('{"alg":"none"}').toString('base64url')}.${payload}.`;
    },
    'more than 4 KB': async () =>
      await signed({ sub: 'someone', tenant_id: 'default', note: 'x'.repeat(4_096) }),
  };
  it.each(Object.entries(REFUSED))('is refused: %s', async (_, make) => {
    expect(await refusalOf(admit(await make()))).toEqual({
      code: 'UNAUTHORIZED',
      message: 'The access token is not valid or has ended. Refresh it or sign in again.',
    });
  });
});
