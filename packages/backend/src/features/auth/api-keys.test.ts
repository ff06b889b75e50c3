import { randomUUID } from 'node:crypto';
import { API_KEY_LIMITS, type CreateApiKeyInput } from '@aura/contract';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { withSystemTransaction, withTransaction } from '../../db/transaction.ts';
import { createTestBackend, type TestBackend } from '../../testing/test-backend.ts';
import {
  callerOn,
  createTestCaller,
  createTestTenant,
  type Procedures,
  type TestCaller,
} from '../../testing/test-caller.ts';
import { parseApiKey } from './api-key-token.ts';
import { refusalOf, visitorOn } from './auth-testing.ts';
import { verifyAccess } from './verify-access.ts';

let test: TestBackend;
beforeAll(async () => {
  test = await createTestBackend();
});
afterAll(async () => await test[Symbol.asyncDispose]());

const asked = { name: 'nightly report', scopes: ['read'] } satisfies Partial<CreateApiKeyInput>;
const person = async (options?: Parameters<typeof createTestCaller>[1]): Promise<TestCaller> =>
  await createTestCaller(test.backend, options);
const callsOf = (call: Procedures): Promise<unknown>[] => [
  call.auth.createApiKey(asked),
  call.auth.apiKeys(),
  call.auth.revokeApiKey({ apiKeyId: randomUUID() }),
];
const codesOf = async (calls: Promise<unknown>[]): Promise<string[]> =>
  await Promise.all(calls.map(async (each) => (await refusalOf(each)).code));

describe('API keys', () => {
  it('are closed to who is not signed in', async () => {
    const codes = await codesOf(callsOf(visitorOn(test.backend).call));
    expect(codes).toEqual(['UNAUTHORIZED', 'UNAUTHORIZED', 'UNAUTHORIZED']);
  });

  it('are managed by people alone: no key, whatever its scopes, makes, lists or ends keys or sessions', async () => {
    const ada = await person({ role: 'admin' });
    const { key } = await ada.call.auth.createApiKey({
      ...asked,
      scopes: ['read', 'write', 'approvals:decide', 'admin'],
    });
    const { call } = callerOn(test.backend, await verifyAccess(test.backend, key));
    const calls = [
      ...callsOf(call),
      call.auth.sessions(),
      call.auth.logout(),
      call.auth.logoutAll(),
      call.auth.revokeSession({ sessionId: ada.ctx.caller.sessionId }),
      call.auth.switchTenant({ tenantId: ada.ctx.caller.tenantId }),
    ];
    for (const each of calls) {
      expect(await refusalOf(each)).toEqual({
        code: 'FORBIDDEN',
        message: 'No API key may do this. Sign in as a person.',
      });
    }
    expect(await ada.call.auth.sessions()).toHaveLength(1);
  });

  it('are not made from input that makes no sense', async () => {
    const { call } = await person();
    const inputs = [
      { ...asked, name: '  ' },
      { ...asked, name: 'x'.repeat(61) },
      { ...asked, scopes: [] },
      { ...asked, expiresInDays: 0 },
      { ...asked, expiresInDays: 1.5 },
      { ...asked, expiresInDays: API_KEY_LIMITS.maxDays + 1 },
    ];
    for (const input of inputs) {
      await expect(call.auth.createApiKey(input)).rejects.toMatchObject({ code: 'BAD_REQUEST' });
    }
    expect(await call.auth.apiKeys()).toEqual([]);
  });

  it('are not for guests, whatever role their token still says', async () => {
    const { ctx, call } = await person({ role: 'guest' });
    const outdated = callerOn(test.backend, { ...ctx.caller, role: 'admin' });
    for (const { auth } of [call, outdated.call]) {
      expect(await refusalOf(auth.createApiKey(asked))).toMatchObject({ code: 'FORBIDDEN' });
    }
  });

  it('get the scope admin from admins alone', async () => {
    const scopes: CreateApiKeyInput['scopes'] = ['admin'];
    const user = await person();
    expect(await refusalOf(user.call.auth.createApiKey({ ...asked, scopes }))).toMatchObject({
      code: 'FORBIDDEN',
    });
    const admin = await person({ role: 'admin' });
    expect((await admin.call.auth.createApiKey({ ...asked, scopes })).apiKey.scopes).toEqual(scopes);
  });

  it('are not made for a session that has ended, on a node that has not heard of it', async () => {
    const { ctx, call } = await person();
    await call.auth.logout();
    const sessionWatch = { ...test.backend.sessionWatch, isRevoked: () => false };
    const late = callerOn({ ...test.backend, sessionWatch }, ctx.caller);
    expect(await refusalOf(late.call.auth.createApiKey(asked))).toMatchObject({ code: 'SESSION_REVOKED' });
  });

  it('are told once; the database, the audit and the list have no part of the secret', async () => {
    const { ctx, call } = await person();
    const { key, apiKey } = await call.auth.createApiKey({
      name: ' nightly report ',
      scopes: ['write', 'read', 'write'],
    });
    expect(apiKey).toMatchObject({ name: 'nightly report', scopes: ['read', 'write'], lastUsedAt: null });
    const days = (Date.parse(apiKey.expiresAt) - Date.parse(apiKey.createdAt)) / 86_400_000;
    expect(days).toBeCloseTo(API_KEY_LIMITS.defaultDays, 3);
    expect(await call.auth.apiKeys()).toEqual([apiKey]);

    const secret = key.slice(-43);
    const kept = await withSystemTransaction(test.backend, async ({ db }) => ({
      keys: await db.selectFrom('apiKeys').selectAll().where('id', '=', apiKey.id).execute(),
      audit: await db.selectFrom('auditLog').selectAll().where('actorId', '=', ctx.caller.userId).execute(),
    }));
    expect(Buffer.from(kept.keys[0]?.hash ?? [])).toEqual(parseApiKey(key)?.hash);
    const raw = Buffer.from(secret, 'base64url');
    for (const form of [secret, raw.toString('hex'), raw.toString('base64')]) {
      expect(JSON.stringify([kept, await call.auth.apiKeys()])).not.toContain(form);
    }
    expect(kept.audit).toMatchObject([
      {
        action: 'auth.api_key_created',
        subject: apiKey.id,
        data: { scopes: ['read', 'write'], expiresAt: apiKey.expiresAt },
      },
    ]);
  });

  it('are listed the newest first, the ended ones and those of others left out', async () => {
    const { ctx, call } = await person();
    const made = [];
    for (const name of ['first', 'second', 'third', 'fourth']) {
      made.push((await call.auth.createApiKey({ ...asked, name })).apiKey);
    }
    await call.auth.revokeApiKey({ apiKeyId: made[1]?.id ?? '' });
    await expire(made[2]?.id ?? '');
    await (await person()).call.auth.createApiKey(asked);
    expect((await call.auth.apiKeys()).map(({ name }) => name)).toEqual(['fourth', 'first']);
    const elsewhere = callerOn(test.backend, {
      ...ctx.caller,
      tenantId: await createTestTenant(test.backend),
    });
    expect(await elsewhere.call.auth.apiKeys()).toEqual([]);
  });

  it('end by their owner alone, in their tenant: another’s is answered like one that does not exist', async () => {
    const { ctx, call } = await person();
    const { key, apiKey } = await call.auth.createApiKey(asked);
    const strangers = [
      await person({ role: 'admin' }),
      callerOn(test.backend, { ...ctx.caller, tenantId: await createTestTenant(test.backend) }),
    ];
    for (const { call } of strangers) {
      const hidden = await refusalOf(call.auth.revokeApiKey({ apiKeyId: apiKey.id }));
      expect(hidden).toEqual(await refusalOf(call.auth.revokeApiKey({ apiKeyId: randomUUID() })));
      expect(hidden.code).toBe('NOT_FOUND');
    }
    expect(await verifyAccess(test.backend, key)).toMatchObject({ sessionId: apiKey.id });
  });

  it('open nothing on their node as soon as they are revoked; repeating it changes nothing', async () => {
    const { ctx, call } = await person();
    const { key, apiKey } = await call.auth.createApiKey(asked);
    await verifyAccess(test.backend, key);
    expect(await call.auth.revokeApiKey({ apiKeyId: apiKey.id })).toEqual({});
    expect(await refusalOf(verifyAccess(test.backend, key))).toEqual(
      await refusalOf(verifyAccess(test.backend, 'no token at all')),
    );
    expect(await call.auth.revokeApiKey({ apiKeyId: apiKey.id })).toEqual({});
    const ends = await withSystemTransaction(
      test.backend,
      async ({ db }) =>
        await db
          .selectFrom('auditLog')
          .select('action')
          .where('subject', '=', apiKey.id)
          .where('actorId', '=', ctx.caller.userId)
          .execute(),
    );
    expect(ends.map(({ action }) => action)).toEqual(['auth.api_key_created', 'auth.api_key_revoked']);
  });

  it('are at most twenty of a member’s at a time, however many are asked for at once', async () => {
    const { call } = await person();
    const results = await Promise.allSettled(
      Array.from({ length: 30 }, async () => await call.auth.createApiKey(asked)),
    );
    const made = results.flatMap((one) => (one.status === 'fulfilled' ? [one.value.apiKey] : []));
    expect(made).toHaveLength(API_KEY_LIMITS.perMember);
    for (const one of results) {
      if (one.status === 'rejected') {
        expect(await refusalOf(Promise.reject(one.reason))).toMatchObject({ code: 'CONFLICT' });
      }
    }
    await call.auth.revokeApiKey({ apiKeyId: made[0]?.id ?? '' });
    await expire(made[1]?.id ?? '');
    await call.auth.createApiKey(asked);
    await call.auth.createApiKey(asked);
    expect(await call.auth.apiKeys()).toHaveLength(API_KEY_LIMITS.perMember);
  });

  it('hide their hashes from the role that requests run under', async () => {
    const { ctx, call } = await person();
    await call.auth.createApiKey(asked);
    const read = withTransaction(
      ctx,
      async ({ db }) => await db.selectFrom('apiKeys').select('hash').execute(),
    );
    await expect(read).rejects.toThrow('permission denied');
  });
});

async function expire(id: string): Promise<void> {
  await withSystemTransaction(test.backend, async ({ db }) => {
    await db
      .updateTable('apiKeys')
      .set({ expiresAt: new Date(Date.now() - 1_000) })
      .where('id', '=', id)
      .execute();
  });
}
