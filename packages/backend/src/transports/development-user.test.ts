import { randomUUID } from 'node:crypto';
import { pino } from 'pino';
import { expect, it } from 'vitest';
import { createBackend } from '../create-backend.ts';
import { createTestServer } from '../testing/test-server.ts';
import { call, RawClient } from '../testing/raw-client.ts';
import { createTestCaller } from '../testing/test-caller.ts';
import { isFromHere } from './is-from-here.ts';
import { curlOn } from './rest/curl-testing.ts';
import { ensureDevelopmentUser } from '../features/auth/development-user.ts';

it('lets everybody without a token in as one development user, over REST, tRPC and sockets', async () => {
  await using test = await createTestServer({ config: { allowsAnonymous: true } });
  const curl = curlOn(test.server);
  const me = await curl('/user/me', { headers: { 'x-tenant-id': 'tenant-1', 'x-user-id': 'user-1' } });
  expect(me).toMatchObject({ status: 200, body: { email: 'developer@aura.local' } });
  expect((await curl('/admin/only')).status).toBe(200);
  expect((await curl('/trpc/auth.me', { headers: { authorization: 'Bearer x.y.z' } })).status).toBe(200);
  await using socket = await RawClient.connect(test.socketUrl, {});
  socket.send(call(1, 'auth.me'));
  await socket.frame({ id: 1, result: { data: { user: { email: 'developer@aura.local' } } } });

  const known = await createTestCaller(test.node.backend);
  const own = await curl('/user/me', { token: await test.tokenOf(known.ctx.caller) });
  expect(own.body).toMatchObject({ id: known.ctx.caller.userId });
});

it('lets no page of a stranger’s in, and nothing sent to a name that is not this machine’s', async () => {
  const allowed = 'http://localhost:5173';
  await using test = await createTestServer({ config: { allowsAnonymous: true, allowedOrigins: [allowed] } });
  const curl = curlOn(test.server);
  const statusOf = async (headers: Record<string, string>): Promise<number> =>
    (await curl('/user/me', { headers })).status;
  expect(await statusOf({ origin: 'https://evil.example' })).toBe(401);
  expect(await statusOf({ origin: 'null' })).toBe(401);
  expect(await statusOf({ origin: allowed })).toBe(200);
  expect(await statusOf({ origin: test.server.url })).toBe(200);
  expect(isFromHere({ host: 'evil.example:8080' }, { allowedOrigins: [] })).toBe(false);
  expect(isFromHere({ host: 'localhost:8080' }, { allowedOrigins: [] })).toBe(true);
});

it('is the same user at the next start', async () => {
  await using test = await createTestServer({ config: { allowsAnonymous: true } });
  const { backend } = test.node;
  expect(await ensureDevelopmentUser(backend)).toEqual(backend.developmentUser);
});

it('is refused in production', async () => {
  const config = {
    environment: 'production',
    version: '0',
    database: { kind: 'pglite', dataDir: null },
    blobs: { kind: 'folder', folder: '/nowhere' },
    redisUrl: null,
    jwtSecret: randomUUID() + randomUUID(),
    allowedOrigins: [],
    allowedHosts: null,
    trustedProxies: [],
    isRegistrationOpen: false,
    allowsAnonymous: true,
    model: { baseUrl: 'http://127.0.0.1:9/v1', apiKey: 'none', models: ['none'] },
  } as const;
  await expect(createBackend(config, { log: pino({ level: 'silent' }) })).rejects.toThrow(/without a token/);
});
