import { randomUUID } from 'node:crypto';
import type { ApiKeyScope } from '@aura/contract';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { withSystemTransaction } from '../db/transaction.ts';
import { issueApiKey } from '../features/auth/api-key-token.ts';
import type { Bus } from '../realtime/bus.ts';
import { call, RawClient } from '../testing/raw-client.ts';
import { createTestCaller, type TestCaller } from '../testing/test-caller.ts';
import { createTestServer, type TestServer } from '../testing/test-server.ts';

/** A bus on which every hint is lost. */
const deafBus: Bus = {
  isDown: true,
  publish: () => {},
  subscribe: () => Promise.resolve({ unsubscribe: () => {} }),
  onGap: () => ({ [Symbol.dispose]: () => {} }),
  check: () => Promise.resolve(),
  [Symbol.asyncDispose]: () => Promise.resolve(),
};

let logged = '';
let test: TestServer;
beforeAll(async () => {
  const log = pino({ level: 'trace' }, { write: (line: string) => void (logged += line) });
  test = await createTestServer({ overrides: { bus: deafBus, log } });
});
afterAll(async () => await test[Symbol.asyncDispose]());

interface Machine {
  owner: TestCaller;
  key: string;
  id: string;
}
const machine = async (scopes: ApiKeyScope[] = ['write']): Promise<Machine> => {
  const owner = await createTestCaller(test.node.backend);
  const { key, apiKey } = await owner.call.auth.createApiKey({ name: 'a machine', scopes });
  return { owner, key, id: apiKey.id };
};
const ask = async (
  path: string,
  { token, input, headers }: { token: string; input?: unknown; headers?: Record<string, string> },
): Promise<{ status: number; body: unknown }> => {
  const answer = await fetch(`${test.server.url}/trpc/${path}`, {
    ...(input !== undefined && { method: 'POST', body: JSON.stringify(input) }),
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', ...headers },
  });
  return { status: answer.status, body: await answer.json() };
};
const socketOf = async (token: string): Promise<RawClient> =>
  await RawClient.connect(test.socketUrl, { token });
const wrongKeys = async (): Promise<string[]> => {
  const { key, id } = await machine();
  const revoked = await machine();
  await revoked.owner.call.auth.revokeApiKey({ apiKeyId: revoked.id });
  await withSystemTransaction(test.node.backend, async ({ db }) => {
    const expiresAt = new Date(Date.now() - 1_000);
    await db.updateTable('apiKeys').set({ expiresAt }).where('id', '=', id).execute();
  });
  return [key, revoked.key, issueApiKey().key, `${(await machine()).key.slice(0, -43)}${'A'.repeat(43)}`];
};

describe('API keys on the wire', () => {
  it('call procedures over HTTP as their owner, in their tenant alone', async () => {
    const { owner, key, id } = await machine();
    const { userId, tenantId } = owner.ctx.caller;
    expect(await ask('auth.me', { token: key })).toMatchObject({
      status: 200,
      body: {
        result: { data: { user: { id: userId }, tenantId, sessionId: id, memberships: [{ tenantId }] } },
      },
    });
    const created = await ask('conversation.create', { token: key, input: { clientId: randomUUID() } });
    expect(created.status).toBe(200);
    expect((await owner.call.conversation.list({})).conversations).toHaveLength(1);
    const elsewhere = await ask('auth.me', { token: key, headers: { 'x-tenant-id': randomUUID() } });
    expect(elsewhere).toMatchObject({ status: 403 });
  });

  it('are told which scope is missing', async () => {
    const { key } = await machine(['read']);
    const input = { clientId: randomUUID() };
    expect(await ask('conversation.create', { token: key, input })).toMatchObject({
      status: 403,
      body: {
        error: {
          message: expect.stringContaining('the scope write'),
          data: { aura: { code: 'FORBIDDEN' } },
        },
      },
    });
    expect(await ask('conversation.list?input={}', { token: key })).toMatchObject({ status: 200 });
  });

  it('are answered over HTTP like any bad token when they are wrong, expired or revoked', async () => {
    const plain = ({ status, body }: { status: number; body: unknown }): string =>
      JSON.stringify({ status, body }).replace(/"requestId":"[^"]*"/, '');
    const bad = plain(await ask('auth.me', { token: 'not.a.token' }));
    expect(bad).toContain('UNAUTHORIZED');
    for (const token of await wrongKeys()) expect(plain(await ask('auth.me', { token }))).toBe(bad);
  });

  it('open sockets, on which calls and feeds work', async () => {
    const { owner, key } = await machine();
    await using client = await socketOf(key);
    client.send(call(1, 'conversation.create', { method: 'mutation', input: { clientId: randomUUID() } }));
    await client.frame({ id: 1, result: { type: 'data' } });
    client.send(call(2, 'account.events', { method: 'subscription', input: {} }));
    await client.frame({ id: 2, result: { type: 'started' } });
    await owner.call.conversation.create({ clientId: randomUUID() });
    await client.frame({ id: 2, result: { type: 'data' } });
  });

  it('open no socket when they are wrong, expired or revoked', async () => {
    for (const token of await wrongKeys()) {
      await using client = await socketOf(token);
      client.send(call(1, 'auth.me'));
      expect(await client.closed).toBe(4401);
      expect(JSON.stringify(client.frames)).not.toContain('"data":{"user"');
    }
  });

  it.each([
    {
      what: 'they are revoked elsewhere',
      code: 4403,
      change: { table: 'apiKeys', set: { revokedAt: new Date() } },
    },
    { what: 'their owner is deactivated', code: 4401, change: { table: 'users', set: { isActive: false } } },
    {
      what: 'their owner changes role',
      code: 4401,
      change: { table: 'memberships', set: { role: 'guest' } },
    },
  ] as const)('lose their sockets within five seconds when $what and no hint comes', async (row) => {
    const { owner, key, id } = await machine();
    const bystander = await machine();
    await using client = await socketOf(key);
    await using other = await socketOf(bystander.key);
    for (const each of [client, other]) {
      each.send(call(1, 'auth.me'));
      await each.frame({ id: 1, result: {} });
    }
    const { userId } = owner.ctx.caller;
    await withSystemTransaction(test.node.backend, async ({ db }) => {
      const { change } = row;
      switch (change.table) {
        case 'apiKeys':
          return void (await db.updateTable('apiKeys').set(change.set).where('id', '=', id).execute());
        case 'users':
          return void (await db.updateTable('users').set(change.set).where('id', '=', userId).execute());
        case 'memberships':
          return void (await db
            .updateTable('memberships')
            .set(change.set)
            .where('userId', '=', userId)
            .execute());
      }
    });
    const changedAt = performance.now();
    expect(await client.closed).toBe(row.code);
    expect(performance.now() - changedAt).toBeLessThan(5_000);
    other.send(call(2, 'auth.me'));
    await other.frame({ id: 2, result: {} });
  });

  it('are not called bad when the database cannot be asked: come back later, say HTTP and sockets', async () => {
    await using server = await createTestServer();
    const { key } = issueApiKey();
    await server.node.backend.database[Symbol.asyncDispose]();
    const headers = { authorization: `Bearer ${key}` };
    const answer = await fetch(`${server.server.url}/trpc/auth.me`, { headers });
    expect(answer.status).toBe(503);
    expect(await answer.json()).toMatchObject({ error: { data: { aura: { code: 'UNAVAILABLE' } } } });
    await using client = await RawClient.connect(server.socketUrl, { token: key });
    client.send(call(1, 'auth.me'));
    expect(await client.closed).toBe(1012);
  });

  it('never appear in logs, however they are used', async () => {
    const { owner, key, id } = await machine(['read']);
    await ask('auth.me', { token: key });
    await ask('conversation.create', { token: key, input: { clientId: key } });
    await ask(`no.such?input=${encodeURIComponent(JSON.stringify(key))}`, { token: key });
    await using client = await socketOf(key);
    client.send(call(1, 'conversation.get', { input: { conversationId: key } }));
    await client.frame({ id: 1, error: {} });
    await owner.call.auth.revokeApiKey({ apiKeyId: id });
    await client.closed;
    await ask('auth.me', { token: key });
    expect(logged).toContain('/trpc/auth.me');
    expect(logged).not.toContain(key.slice(-43));
    expect(logged).not.toMatch(/aura_[0-9a-f]{32}_/);
  });
});
