import { argon2Sync, randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { withSystemTransaction } from '../../db/transaction.ts';
import { createTestBackend, type TestBackend } from '../../testing/test-backend.ts';
import { createTestTenant } from '../../testing/test-caller.ts';
import { newcomerOn, PASSWORD, refusalOf, visitorOn } from './auth-testing.ts';
import { formatPhc } from './phc.ts';

let test: TestBackend;
beforeAll(async () => {
  test = await createTestBackend();
});
afterAll(async () => await test[Symbol.asyncDispose]());

const WRONG = 'wrong password';
const login = async (
  email: string,
  password: string,
  options: { address?: string; tenantId?: string } = {},
) => {
  const { address = null, tenantId } = options;
  return await visitorOn(test.backend, { address }).call.auth.login({ email, password, tenantId });
};
const failures = async (times: number, email: string, address?: string): Promise<string[]> => {
  const codes: string[] = [];
  for (let time = 0; time < times; time++) {
    codes.push((await refusalOf(login(email, WRONG, address === undefined ? {} : { address }))).code);
  }
  return codes;
};
/** Lets time pass in the lockout's table: the database's clock cannot be turned. */
const passTime = async (seconds: number): Promise<void> => {
  await withSystemTransaction(test.backend, async ({ db }) => {
    const by = sql`${seconds} * interval '1 second'`;
    await sql`update login_attempts set locked_until = locked_until - ${by}, last_failed_at = last_failed_at - ${by}`.execute(
      db,
    );
  });
};
const setActive = async (userId: string, isActive: boolean): Promise<void> => {
  await withSystemTransaction(test.backend, async ({ db }) => {
    await db.updateTable('users').set({ isActive }).where('id', '=', userId).execute();
  });
};

describe('auth.login', () => {
  it('signs in, however the address is written, and tells the audit log', async () => {
    const { email, ctx } = await newcomerOn(test.backend);
    const result = await login(` ${email.toUpperCase()} `, PASSWORD);
    expect(result.identity.user.id).toBe(ctx.caller.userId);
    expect(result.identity.sessionId).not.toBe(ctx.caller.sessionId);
    const audit = await withSystemTransaction(
      test.backend,
      async ({ db }) =>
        await db
          .selectFrom('auditLog')
          .select('action')
          .where('subject', '=', result.identity.sessionId)
          .execute(),
    );
    expect(audit).toEqual([{ action: 'auth.login' }]);
  });

  it('answers for an unknown address what it answers for a wrong password, after the same work', async () => {
    const { email } = await newcomerOn(test.backend);
    const { passwordHasher } = test.backend;
    const answers = [];
    for (const address of [email, `${randomUUID()}@test.local`, 'no address at all \0', '']) {
      const before = passwordHasher.computedCount;
      const answer = await refusalOf(login(address, WRONG));
      answers.push({ answer, work: passwordHasher.computedCount - before });
    }
    const [first] = answers;
    expect(first).toMatchObject({ answer: { code: 'INVALID_CREDENTIALS' }, work: 1 });
    for (const other of answers) expect(other).toEqual(first);
  });

  it('locks unknown addresses as it locks accounts, so that the lock tells nothing either', async () => {
    const { email } = await newcomerOn(test.backend);
    const known = await failures(6, email);
    expect(known).toEqual([...Array.from({ length: 5 }, () => 'INVALID_CREDENTIALS'), 'ACCOUNT_LOCKED']);
    expect(await failures(6, `${randomUUID()}@test.local`)).toEqual(known);
  });

  it('tells only those who know the password that an account is inactive', async () => {
    const { email, ctx } = await newcomerOn(test.backend);
    await setActive(ctx.caller.userId, false);
    expect(await refusalOf(login(email, WRONG))).toMatchObject({ code: 'INVALID_CREDENTIALS' });
    expect(await refusalOf(login(email, PASSWORD))).toMatchObject({ code: 'ACCOUNT_INACTIVE' });
    await setActive(ctx.caller.userId, true);
    expect((await login(email, PASSWORD)).identity.user.email).toBe(email);
  });

  it('answers for a tenant the user is not in as for one that does not exist', async () => {
    const { email } = await newcomerOn(test.backend);
    const tenantId = await createTestTenant(test.backend);
    const hidden = await refusalOf(login(email, PASSWORD, { tenantId }));
    expect(hidden).toEqual(await refusalOf(login(email, PASSWORD, { tenantId: randomUUID() })));
    expect(hidden.code).toBe('NOT_FOUND');
  });

  it('closes an account for 1 s, 2 s, 4 s … and never for longer than 15 min', async () => {
    const { email } = await newcomerOn(test.backend);
    await failures(5, email);
    const waits: number[] = [];
    for (let round = 0; round < 13; round++) {
      const { code, retryAfterMs = 0 } = await refusalOf(login(email, PASSWORD));
      expect(code).toBe('ACCOUNT_LOCKED');
      waits.push(Math.ceil(retryAfterMs / 1_000));
      await passTime(retryAfterMs / 1_000 + 0.001);
      expect(await failures(1, email)).toEqual(['INVALID_CREDENTIALS']);
    }
    expect(waits).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900, 900]);
    await passTime(901);
    expect((await login(email, PASSWORD)).identity.user.email).toBe(email);
    // The right password forgot it all.
    expect(new Set(await failures(4, email))).toEqual(new Set(['INVALID_CREDENTIALS']));
  });

  it('forgets failures after a quiet hour', async () => {
    const { email } = await newcomerOn(test.backend);
    await failures(5, email);
    await passTime(3_601);
    expect(await failures(6, email)).toEqual([
      ...Array.from({ length: 5 }, () => 'INVALID_CREDENTIALS'),
      'ACCOUNT_LOCKED',
    ]);
  });

  it('locks the address that tries many accounts, and nobody else', async () => {
    const { email } = await newcomerOn(test.backend);
    const guesser = '2001:db8:77:1::';
    for (let guess = 0; guess < 20; guess++) {
      expect(await failures(1, `${randomUUID()}@test.local`, `${guesser}${guess}`)).toEqual([
        'INVALID_CREDENTIALS',
      ]);
    }
    expect(await refusalOf(login(email, PASSWORD, { address: `${guesser}99` }))).toMatchObject({
      code: 'ACCOUNT_LOCKED',
    });
    expect((await login(email, PASSWORD, { address: '2001:db8:77:2::1' })).identity.user.email).toBe(email);
  });

  it('tells one of fifty parallel guesses that it was wrong, and the others nothing, right or wrong', async () => {
    const { email } = await newcomerOn(test.backend);
    await failures(5, email);
    // So far into it that the door stays closed for longer than fifty guesses take.
    for (let round = 0; round < 6; round++) {
      await passTime(60);
      await failures(1, email);
    }
    await passTime(120);
    const guesses = Array.from({ length: 50 }, (_, index) => (index === 49 ? PASSWORD : WRONG));
    const refusals = await Promise.all(guesses.map(async (guess) => await refusalOf(login(email, guess))));
    const codes = refusals.map(({ code }) => code);
    expect(codes.filter((code) => code === 'INVALID_CREDENTIALS')).toHaveLength(1);
    expect(codes.filter((code) => code === 'ACCOUNT_LOCKED')).toHaveLength(49);
  });

  it('lets one person sign in on thirty devices at once', async () => {
    const { email } = await newcomerOn(test.backend);
    const results = await Promise.all(
      Array.from({ length: 30 }, async () => await login(email, PASSWORD, { address: '192.0.2.9' })),
    );
    expect(new Set(results.map(({ identity }) => identity.sessionId)).size).toBe(30);
  });

  it('hashes a password anew when today’s parameters are stronger', async () => {
    const { email, ctx } = await newcomerOn(test.backend);
    const salt = Buffer.from('0123456789abcdef');
    const tag = argon2Sync('argon2id', {
      message: PASSWORD,
      nonce: salt,
      memory: 1_024,
      passes: 1,
      parallelism: 1,
      tagLength: 32,
    });
    const passwordHash = formatPhc({ cost: { memoryKib: 1_024, passes: 1, parallelism: 1 }, salt, tag });
    const { userId } = ctx.caller;
    const storedHash = async (): Promise<string | null> =>
      await withSystemTransaction(test.backend, async ({ db }) => {
        const row = await db
          .selectFrom('users')
          .select('passwordHash')
          .where('id', '=', userId)
          .executeTakeFirstOrThrow();
        return row.passwordHash;
      });
    await withSystemTransaction(test.backend, async ({ db }) => {
      await db.updateTable('users').set({ passwordHash }).where('id', '=', userId).execute();
    });
    expect(await failures(1, email)).toEqual(['INVALID_CREDENTIALS']);
    expect(await storedHash()).toBe(passwordHash);
    await login(email, PASSWORD);
    expect(await storedHash()).toContain('$m=19456,t=2,p=1$');
    await login(email, PASSWORD);
  });

  it('sweeps away the attempts of days gone by', async () => {
    await failures(1, `${randomUUID()}@test.local`, '198.51.100.1');
    await passTime(2 * 86_400);
    await failures(1, `${randomUUID()}@test.local`);
    await failures(1, `${randomUUID()}@test.local`);
    await failures(1, `${randomUUID()}@test.local`);
    const { count } = await withSystemTransaction(
      test.backend,
      async ({ db }) =>
        await db
          .selectFrom('loginAttempts')
          .select(({ fn }) => fn.countAll<number>().as('count'))
          .executeTakeFirstOrThrow(),
    );
    expect(count).toBeLessThanOrEqual(3);
  });
});
