import { expect, test } from 'vitest';
import { AuraError, createAuraClient, memoryStorage } from '../src/index.ts';
import { startWireServer } from './wire-server.ts';

const login = { email: 'dev@aura.local', password: 'correct horse' };

test('renews once when 50 calls meet an expired token, and carries all of them out', async () => {
  await using server = await startWireServer();
  await using client = createAuraClient({ url: server.url });
  await client.signIn(login);
  server.auth.expireAccessTokens();

  const answers = await Promise.all(Array.from({ length: 50 }, () => client.auth.me.query()));

  expect(answers.map(({ user }) => user.email)).toEqual(Array(50).fill(login.email));
  expect(server.auth.refreshes).toBe(1);
});

test('two tabs that share a storage renew once between them, and the second uses the first one’s token', async () => {
  await using server = await startWireServer();
  const storage = memoryStorage();
  await using one = createAuraClient({ url: server.url, storage });
  await one.signIn(login);
  await using two = createAuraClient({ url: server.url, storage });
  expect(two.session.get().status).toBe('signedIn');
  server.auth.expireAccessTokens();

  await Promise.all([one, two].flatMap((client) => [client.auth.me.query(), client.auth.me.query()]));

  expect(server.auth.refreshes).toBe(1);
});

test('a sign-out in one tab is a sign-out in all, and a sign-in too', async () => {
  await using server = await startWireServer();
  const storage = memoryStorage();
  await using one = createAuraClient({ url: server.url, storage });
  await using two = createAuraClient({ url: server.url, storage });
  await one.signIn(login);
  await expect.poll(() => two.session.get().status).toBe('signedIn');

  await two.signOut();

  await expect.poll(() => one.session.get()).toEqual({ status: 'signedOut' });
  expect([...server.auth.sessions.values()].map(({ isRevoked }) => isRevoked)).toEqual([true]);
});

test('a network failure while renewing never signs out, and the session goes on afterwards', async () => {
  await using server = await startWireServer();
  await using client = createAuraClient({ url: server.url });
  await client.signIn(login);
  server.auth.expireAccessTokens();
  // As many as one renewal tries: the first call's own repeats then find the way free.
  for (let i = 0; i < 3; i++) server.faults.push({ name: 'auth.refresh', fault: 'unsent' });

  await expect(client.auth.me.query()).resolves.toMatchObject({ user: { email: login.email } });

  expect(client.session.get().status).toBe('signedIn');
  expect(server.auth.refreshes).toBe(1);
});

test('a refused renewal signs out with the reason, in every tab', async () => {
  await using server = await startWireServer();
  const storage = memoryStorage();
  await using one = createAuraClient({ url: server.url, storage });
  await using two = createAuraClient({ url: server.url, storage });
  await one.signIn(login);
  await expect.poll(() => two.session.get().status).toBe('signedIn');
  server.auth.sessions.clear();
  server.auth.expireAccessTokens();

  await expect(one.auth.me.query()).rejects.toMatchObject({ code: 'UNAUTHORIZED' });

  expect(one.session.get()).toEqual({ status: 'signedOut', reason: 'expired' });
  await expect.poll(() => two.session.get()).toEqual({ status: 'signedOut', reason: 'expired' });
});

test('an answer that says the session was revoked signs out', async () => {
  await using server = await startWireServer();
  await using client = createAuraClient({ url: server.url });
  const { sessionId } = await client.signIn(login);
  server.auth.revoke(sessionId);

  await expect(client.auth.me.query()).rejects.toMatchObject({ code: 'SESSION_REVOKED' });

  await expect.poll(() => client.session.get()).toEqual({ status: 'signedOut', reason: 'revoked' });
});

test('a device clock that is hours off changes nothing: the length of a token counts, not its end', async () => {
  await using server = await startWireServer();
  server.auth.clockOffsetS = -7_200;
  await using client = createAuraClient({ url: server.url });
  await client.signIn(login);
  await client.auth.me.query();
  expect(server.auth.refreshes).toBe(0);
});

test('renews ahead of time, without a call that asks for it', async () => {
  await using server = await startWireServer();
  server.auth.lifetimeS = 2;
  await using client = createAuraClient({ url: server.url });
  await client.signIn(login);
  await expect.poll(() => server.auth.refreshes).toBeGreaterThan(0);
  expect(client.session.get().status).toBe('signedIn');
});

test('a sign-out during a renewal stays a sign-out', async () => {
  await using server = await startWireServer();
  const storage = memoryStorage();
  await using client = createAuraClient({ url: server.url, storage });
  await client.signIn(login);
  server.auth.expireAccessTokens();
  server.faults.push({ name: 'auth.refresh', fault: 'held' });
  const call = client.auth.me.query().catch((err: unknown) => err);
  await expect.poll(() => server.requests.some((path) => path.includes('auth.refresh'))).toBe(true);

  await client.signOut();
  server.release();

  expect(await call).toBeInstanceOf(AuraError);
  expect(client.session.get().status).toBe('signedOut');
  await using next = createAuraClient({ url: server.url, storage });
  expect(next.session.get().status).toBe('signedOut');
});

test('a storage that refuses to be written keeps the login for as long as the page lives', async () => {
  await using server = await startWireServer();
  const refuse = () => {
    throw new Error('full');
  };
  await using client = createAuraClient({
    url: server.url,
    storage: { get: () => null, set: refuse, remove: refuse },
  });
  await client.signIn(login);
  server.auth.expireAccessTokens();
  await client.auth.me.query();
  server.auth.expireAccessTokens();
  await client.auth.me.query();
  expect(client.session.get().status).toBe('signedIn');
});

test('an asynchronous storage: loading first, then the login it holds', async () => {
  await using server = await startWireServer();
  const inner = memoryStorage();
  const storage = {
    get: async (key: string) => await inner.get(key),
    set: async (key: string, value: string) => await inner.set(key, value),
    remove: async (key: string) => await inner.remove(key),
  };
  await using one = createAuraClient({ url: server.url, storage });
  expect(one.session.get().status).toBe('loading');
  await one.signIn(login);
  await using two = createAuraClient({ url: server.url, storage });
  expect(two.session.get().status).toBe('loading');
  await expect(two.auth.me.query()).resolves.toMatchObject({ user: { email: login.email } });
});

test('a change of tenant takes effect for the next call, and the end of the old session does not sign out', async () => {
  await using server = await startWireServer();
  await using client = createAuraClient({ url: server.url });
  const before = await client.signIn(login);
  const tenantId = crypto.randomUUID();

  const [after] = await Promise.all([
    client.switchTenant(tenantId),
    client.auth.me.query().catch(() => undefined),
  ]);

  expect(after.tenantId).toBe(tenantId);
  expect(after.sessionId).not.toBe(before.sessionId);
  await expect(client.auth.me.query()).resolves.toMatchObject({ tenantId });
  expect(client.session.get()).toMatchObject({ status: 'signedIn', identity: { tenantId } });
});
