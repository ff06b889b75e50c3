import type { ApiKeyScope, Role } from '@aura/contract';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { systemClock } from '../../clock.ts';
import type { Caller } from '../../context.ts';
import type { Database } from '../../db/database.ts';
import { withSystemTransaction } from '../../db/transaction.ts';
import { createTestBackend, type TestBackend } from '../../testing/test-backend.ts';
import { createTestCaller, createTestTenant, type TestCaller } from '../../testing/test-caller.ts';
import { issueApiKey, parseApiKey } from './api-key-token.ts';
import { type ApiKeyVerifier, createApiKeyVerifier } from './api-key-verifier.ts';
import { refusalOf } from './auth-testing.ts';
import { verifyAccess } from './verify-access.ts';

let test: TestBackend;
beforeAll(async () => {
  test = await createTestBackend();
});
afterAll(async () => await test[Symbol.asyncDispose]());

const within5s = { timeout: 5_000, interval: 50 };
const HOUR_MS = 3_600_000;

interface Machine {
  owner: TestCaller;
  key: string;
  id: string;
}
const machine = async (
  options: { role?: Role; scopes?: ApiKeyScope[]; tenantId?: string } = {},
): Promise<Machine> => {
  const { scopes = ['read', 'write'], ...rest } = options;
  const owner = await createTestCaller(test.backend, rest);
  const { key, apiKey } = await owner.call.auth.createApiKey({ name: 'a machine', scopes });
  return { owner, key, id: apiKey.id };
};
/** As another node would have it: nothing is believed yet. */
const freshVerifier = (database: Database = test.backend.database): ApiKeyVerifier =>
  createApiKeyVerifier({
    database,
    sessionWatch: test.backend.sessionWatch,
    clock: systemClock,
    log: pino({ level: 'silent' }),
  });
const change = async (work: Parameters<typeof withSystemTransaction<void>>[1]): Promise<void> =>
  await withSystemTransaction(test.backend, work);
const changeKey = async (
  id: string,
  set: { expiresAt?: Date; revokedAt?: Date; lastUsedAt?: Date },
): Promise<void> =>
  await change(
    async ({ db }) => void (await db.updateTable('apiKeys').set(set).where('id', '=', id).execute()),
  );
const setRole = async ({ ctx }: TestCaller, role: Role): Promise<void> =>
  await change(async ({ db }) => {
    await db.updateTable('memberships').set({ role }).where('userId', '=', ctx.caller.userId).execute();
  });

describe('API keys at the door', () => {
  it('let a machine in as its owner, in the tenant of the key, with the role of now', async () => {
    const tenantId = await createTestTenant(test.backend);
    const { owner, key, id } = await machine({ tenantId });
    const caller = await verifyAccess(test.backend, key);
    expect(caller).toEqual({
      userId: owner.ctx.caller.userId,
      tenantId,
      role: 'user',
      sessionId: id,
      expiresAt: expect.any(Date),
      scopes: ['read', 'write'],
    } satisfies Record<Exclude<keyof Caller, 'act'>, unknown>);
    await setRole(owner, 'guest');
    expect(await freshVerifier().verify(key)).toMatchObject({ role: 'guest' });
  });

  it('act as an admin with the scope for it alone', async () => {
    const { key } = await machine({ role: 'admin' });
    expect(await verifyAccess(test.backend, key)).toMatchObject({ role: 'user' });
    const mighty = await machine({ role: 'admin', scopes: ['admin'] });
    expect(await verifyAccess(test.backend, mighty.key)).toMatchObject({ role: 'admin' });
    await setRole(mighty.owner, 'user');
    expect(await freshVerifier().verify(mighty.key)).toMatchObject({ role: 'user' });
  });

  it('let a caller be believed for a quarter of an hour, or until the key ends', async () => {
    const { key, id } = await machine();
    const leftMs = async (): Promise<number> =>
      (await freshVerifier().verify(key)).expiresAt.getTime() - Date.now();
    expect(await leftMs()).toBeLessThanOrEqual(HOUR_MS / 4);
    expect(await leftMs()).toBeGreaterThan(HOUR_MS / 4 - 10_000);
    await changeKey(id, { expiresAt: new Date(Date.now() + 60_000) });
    expect(await leftMs()).toBeLessThanOrEqual(60_000);
  });

  it('are answered like any bad token when they are wrong, ended, revoked, or their owner is out', async () => {
    const past = new Date(Date.now() - HOUR_MS);
    const good = await machine();
    const other = await machine();
    const expired = await machine();
    await changeKey(expired.id, { expiresAt: past });
    const revoked = await machine();
    await changeKey(revoked.id, { revokedAt: past });
    const inactive = await machine();
    await change(async ({ db }) => {
      const { userId } = inactive.owner.ctx.caller;
      await db.updateTable('users').set({ isActive: false }).where('id', '=', userId).execute();
    });
    const gone = await machine();
    await removeMember(gone.owner);

    const bad = await refusalOf(verifyAccess(test.backend, 'not a token'));
    expect(bad.code).toBe('UNAUTHORIZED');
    const keys = [
      issueApiKey().key,
      good.key.slice(0, -43) + other.key.slice(-43),
      `${good.key}A`,
      'aura_',
      expired.key,
      revoked.key,
      inactive.key,
      gone.key,
    ];
    for (const key of keys) {
      expect(await refusalOf(verifyAccess(test.backend, key)), key).toEqual(bad);
    }
    expect(await verifyAccess(test.backend, good.key)).toMatchObject({ sessionId: good.id });
  });

  it('cost one question to the database for a hundred calls at once and a hundred more after them', async () => {
    let asked = 0;
    const database: Database = {
      ...test.backend.database,
      get db() {
        asked++;
        return test.backend.database.db;
      },
    };
    const { key, id } = await machine();
    await changeKey(id, { lastUsedAt: new Date() });
    const verifier = freshVerifier(database);
    await Promise.all(Array.from({ length: 100 }, async () => await verifier.verify(key)));
    for (let call = 0; call < 100; call++) await verifier.verify(key);
    expect(asked).toBe(1);
  });

  it('are not taken for one another, however fresh the one with the same id is', async () => {
    const { key } = await machine();
    await verifyAccess(test.backend, key);
    const forged = key.slice(0, -43) + issueApiKey().key.slice(-43);
    expect(parseApiKey(forged)?.id).toBe(parseApiKey(key)?.id);
    expect(await refusalOf(verifyAccess(test.backend, forged))).toMatchObject({ code: 'UNAUTHORIZED' });
  });

  it('lose within five seconds what their owner loses, although nobody tells of it', async () => {
    const [demoted, inactive, revoked] = [await machine(), await machine(), await machine()];
    const verifier = freshVerifier();
    for (const { key } of [demoted, inactive, revoked]) await verifier.verify(key);
    await setRole(demoted.owner, 'guest');
    await change(async ({ db }) => {
      const { userId } = inactive.owner.ctx.caller;
      await db.updateTable('users').set({ isActive: false }).where('id', '=', userId).execute();
    });
    await changeKey(revoked.id, { revokedAt: new Date() });
    await vi.waitFor(async () => {
      expect(await verifier.verify(demoted.key)).toMatchObject({ role: 'guest' });
      for (const { key } of [inactive, revoked]) await expect(verifier.verify(key)).rejects.toThrow();
    }, within5s);
  });

  it('show when they were used last, written at most once a minute', async () => {
    const { owner, key, id } = await machine();
    const lastUsed = async (): Promise<number | null> => {
      const [apiKey] = await owner.call.auth.apiKeys();
      const at = apiKey?.lastUsedAt ?? null;
      return at === null ? null : Date.parse(at);
    };
    const use = async (): Promise<void> => {
      await using verifier = freshVerifier();
      await verifier.verify(key);
    };
    expect(await lastUsed()).toBeNull();
    await use();
    const first = await lastUsed();
    expect(first).toBeGreaterThan(Date.now() - 60_000);
    await use();
    expect(await lastUsed()).toBe(first);
    const anHourAgo = new Date(Date.now() - HOUR_MS);
    await changeKey(id, { lastUsedAt: anHourAgo });
    await use();
    expect(await lastUsed()).toBeGreaterThan(anHourAgo.getTime());
  });

  it('let a machine in although its use cannot be noted, and fail with the database’s error when it is away', async () => {
    let questions = 0;
    let mayAsk = 1;
    const database: Database = {
      ...test.backend.database,
      get db() {
        questions++;
        if (mayAsk-- > 0) return test.backend.database.db;
        throw new Error('the database is away');
      },
    };
    const { key, id } = await machine();
    await using verifier = freshVerifier(database);
    expect(await verifier.verify(key)).toMatchObject({ sessionId: id });
    await vi.waitFor(() => expect(questions).toBe(2), within5s);
    await expect(verifier.verify((await machine()).key)).rejects.toThrow('the database is away');
    mayAsk = 1;
    await verifier.verify(key);
  });
});

/** As an administrator of the database does it; there is no procedure for it. */
async function removeMember({ ctx }: TestCaller): Promise<void> {
  const { tenantId, userId } = ctx.caller;
  const { db } = test.backend.database;
  await db.deleteFrom('sessions').where('userId', '=', userId).execute();
  await db.deleteFrom('memberships').where('tenantId', '=', tenantId).where('userId', '=', userId).execute();
}
