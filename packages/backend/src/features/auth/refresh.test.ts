import type { AuthResult } from '@aura/contract';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { withSystemTransaction } from '../../db/transaction.ts';
import { createTestBackend, type TestBackend } from '../../testing/test-backend.ts';
import { newcomerOn, refusalOf, visitorOn } from './auth-testing.ts';
import { refresh as refreshAt } from './refresh.ts';
import { createRefreshTokens } from './refresh-tokens.ts';
import { verifyAccess } from './verify-access.ts';

let test: TestBackend;
beforeAll(async () => {
  test = await createTestBackend();
});
afterAll(async () => await test[Symbol.asyncDispose]());

const refresh = async ({ refreshToken }: { refreshToken: string | null }): Promise<AuthResult> =>
  await visitorOn(test.backend).call.auth.refresh({ refreshToken });

/** Lets time pass for one session: the database's clock cannot be turned. */
const passTime = async (sessionId: string, seconds: number): Promise<void> => {
  await withSystemTransaction(test.backend, async ({ db }) => {
    const by = sql`${seconds} * interval '1 second'`;
    await sql`update sessions set rotated_at = rotated_at - ${by}, last_used_at = last_used_at - ${by},
      expires_at = expires_at - ${by} where id = ${sessionId}`.execute(db);
  });
};

const expectFamilyEnded = async (sessionId: string, newest: AuthResult): Promise<void> => {
  expect(await refusalOf(refresh(newest))).toMatchObject({ code: 'REFRESH_REUSED' });
  expect(await refusalOf(verifyAccess(test.backend, newest.accessToken))).toMatchObject({
    code: 'SESSION_REVOKED',
  });
  const audit = await withSystemTransaction(
    test.backend,
    async ({ db }) =>
      await db.selectFrom('auditLog').select('action').where('subject', '=', sessionId).execute(),
  );
  expect(audit.map(({ action }) => action)).toEqual(['auth.register', 'auth.refresh_reused']);
};

describe('auth.refresh', () => {
  it('refuses what is no refresh token of ours', async () => {
    const { tokens, ctx } = await newcomerOn(test.backend);
    const foreign = createRefreshTokens({
      secrets: ['the secret of another deployment, long enough'],
    });
    const texts = [
      '',
      'x',
      tokens.accessToken.slice(0, 200),
      foreign.issue({ sessionId: ctx.caller.sessionId, generation: 1 }),
    ];
    for (const refreshToken of texts) {
      expect(await refusalOf(refresh({ refreshToken }))).toMatchObject({ code: 'REFRESH_INVALID' });
    }
    await refresh(tokens);
  });

  it('gives a new pair for the same session, and each token once', async () => {
    const { tokens, ctx } = await newcomerOn(test.backend);
    const second = await refresh(tokens);
    const third = await refresh(second);
    expect(new Set([tokens, second, third].map(({ refreshToken }) => refreshToken)).size).toBe(3);
    expect(third.identity).toEqual(tokens.identity);
    expect(await verifyAccess(test.backend, third.accessToken)).toMatchObject({
      sessionId: ctx.caller.sessionId,
    });
  });

  it('goes on over a change of the secret, and gives race losers the successor from before it', async () => {
    const { tokens } = await newcomerOn(test.backend);
    const second = await refresh(tokens);
    const secrets = ['the next secret of this deployment, long enough', test.config.jwtSecret] as const;
    const { ctx } = visitorOn(test.backend);
    const after = { ...ctx, refreshTokens: createRefreshTokens({ secrets }) };
    expect((await refreshAt(after, tokens)).refreshToken).toBe(second.refreshToken);
    const third = await refreshAt(after, second);
    expect(await refusalOf(refresh(third))).toMatchObject({ code: 'REFRESH_INVALID' });
    expect((await refreshAt(after, third)).identity).toEqual(tokens.identity);
  });

  it('gives fifty who use one token at once the same single successor', async () => {
    const { tokens } = await newcomerOn(test.backend);
    const results = await Promise.all(Array.from({ length: 50 }, async () => await refresh(tokens)));
    const successors = new Set(results.map(({ refreshToken }) => refreshToken));
    expect(successors.size).toBe(1);
    expect(successors.has(tokens.refreshToken)).toBe(false);
    const [successor = ''] = successors;
    expect((await refresh({ refreshToken: successor })).refreshToken).not.toBe(successor);
  });

  it('sends the successor again to who lost the answer, for ten seconds', async () => {
    const { tokens, ctx } = await newcomerOn(test.backend);
    const lost = await refresh(tokens);
    await passTime(ctx.caller.sessionId, 9);
    expect((await refresh(tokens)).refreshToken).toBe(lost.refreshToken);
  });

  it('ends the whole family when a token is used again after that', async () => {
    const { tokens, ctx } = await newcomerOn(test.backend);
    const second = await refresh(tokens);
    await passTime(ctx.caller.sessionId, 10.1);
    const told: string[] = [];
    using _listening = test.backend.sessionWatch.onRevoked((id) => told.push(id));
    expect(await refusalOf(refresh(tokens))).toMatchObject({ code: 'REFRESH_REUSED' });
    expect(told).toEqual([ctx.caller.sessionId]);
    await expectFamilyEnded(ctx.caller.sessionId, second);
  });

  it('ends the whole family when the token before the previous one is used, however soon', async () => {
    const { tokens, ctx } = await newcomerOn(test.backend);
    const third = await refresh(await refresh(tokens));
    expect(await refusalOf(refresh(tokens))).toMatchObject({ code: 'REFRESH_REUSED' });
    await expectFamilyEnded(ctx.caller.sessionId, third);
  });

  it('ends the family once when many replay at once', async () => {
    const { tokens, ctx } = await newcomerOn(test.backend);
    const third = await refresh(await refresh(tokens));
    const codes = await Promise.all(
      Array.from({ length: 20 }, async () => (await refusalOf(refresh(tokens))).code),
    );
    expect(new Set(codes)).toEqual(new Set(['REFRESH_REUSED']));
    await expectFamilyEnded(ctx.caller.sessionId, third);
  });

  it('leaves the user’s other sessions alone when one family ends', async () => {
    const { tokens, email } = await newcomerOn(test.backend);
    const other = await visitorOn(test.backend).call.auth.login({ email, password: 'correct horse battery' });
    await refresh(await refresh(tokens));
    await refusalOf(refresh(tokens));
    expect((await refresh(other)).identity.user.email).toBe(email);
  });

  it('refuses a session that was ended, one past its 30 days and one not used for 7', async () => {
    const ended = await newcomerOn(test.backend);
    await ended.call.auth.logout();
    expect(await refusalOf(refresh(ended.tokens))).toMatchObject({ code: 'SESSION_REVOKED' });

    const idle = await newcomerOn(test.backend);
    await passTime(idle.ctx.caller.sessionId, 7 * 86_400 + 1);
    expect(await refusalOf(refresh(idle.tokens))).toMatchObject({ code: 'REFRESH_INVALID' });

    const { tokens, ctx } = await newcomerOn(test.backend);
    let pair = tokens;
    for (let week = 0; week < 5; week++) {
      await passTime(ctx.caller.sessionId, 6 * 86_400 - 60);
      if (week < 4) pair = await refresh(pair);
    }
    expect(Date.parse(pair.refreshExpiresAt) - Date.now()).toBeLessThan(6.01 * 86_400_000);
    await passTime(ctx.caller.sessionId, 600);
    expect(await refusalOf(refresh(pair))).toMatchObject({ code: 'REFRESH_INVALID' });
  });

  it('refuses an inactive user and a removed member, and tells a changed role', async () => {
    const { tokens, ctx } = await newcomerOn(test.backend);
    const { userId, tenantId } = ctx.caller;
    const { backend } = test;
    const change = async (values: { isActive: boolean }): Promise<void> =>
      await withSystemTransaction(backend, async ({ db }) => {
        await db.updateTable('users').set(values).where('id', '=', userId).execute();
      });
    await change({ isActive: false });
    expect(await refusalOf(refresh(tokens))).toMatchObject({ code: 'ACCOUNT_INACTIVE' });
    await change({ isActive: true });
    await withSystemTransaction(backend, async ({ db }) => {
      await db.updateTable('memberships').set({ role: 'guest' }).where('userId', '=', userId).execute();
    });
    const demoted = await refresh(tokens);
    expect(await verifyAccess(backend, demoted.accessToken)).toMatchObject({ role: 'guest' });
    // As the database's owner: nobody else may delete members.
    await sql`delete from sessions where user_id = ${userId}`.execute(backend.database.db);
    await sql`delete from memberships where user_id = ${userId} and tenant_id = ${tenantId}`.execute(
      backend.database.db,
    );
    expect(await refusalOf(refresh(demoted))).toMatchObject({ code: 'REFRESH_INVALID' });
  });
});
