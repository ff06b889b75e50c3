import { once } from 'node:events';
import { createTRPCClient, createWSClient, wsLink } from '@trpc/client';
import { systemClock } from '../../clock.ts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { call, holds, RawClient } from '../../testing/raw-client.ts';
import { createTestCaller, type TestCaller } from '../../testing/test-caller.ts';
import { createTestServer, type TestServer } from '../../testing/test-server.ts';
import { userProcedure, router } from '../../trpc/trpc.ts';

const held = Promise.withResolvers<string>();
const testRouter = router({
  me: userProcedure.query(({ ctx }) => ctx.caller.userId),
  hold: userProcedure.query(async () => await held.promise),
  echo: userProcedure.input(z.json()).query(({ input }) => JSON.stringify(input).length),
  boom: userProcedure.query(() => {
    throw new Error('inner secret');
  }),
  silent: userProcedure
    .input(z.object({ lastEventId: z.string().nullish() }).optional())
    .subscription(async function* ({ signal }) {
      if (signal !== undefined) await once(signal, 'abort');
      yield await Promise.resolve('never');
    }),
});

const error = (id: number | string | null, code: string): object => ({
  id,
  error: { data: { aura: { code } } },
});

describe('a socket', () => {
  let server: TestServer;
  let ada: TestCaller;
  let token: string;

  beforeAll(async () => {
    server = await createTestServer({
      router: testRouter,
      limits: {
        sockets: {
          firstMessageMs: 300,
          closeMs: 200,
          maxSubscriptions: 4,
          maxCalls: 3,
          maxBatch: 8,
          maxSocketsPerUser: 3,
        },
      },
    });
    ada = await createTestCaller(server.node.backend);
    token = await server.tokenOf(ada.ctx.caller);
  });
  afterAll(async () => {
    held.resolve('released');
    await server[Symbol.asyncDispose]();
  });

  test('is closed when it says nothing in time, keep-alive messages or not', async () => {
    await using silent = await RawClient.connect(server.socketUrl);
    await using chatty = await RawClient.connect(server.socketUrl);
    const chat = setInterval(() => chatty.send('PING'), 50);
    expect(await silent.closed).toBe(4401);
    expect(await chatty.closed).toBe(4401);
    clearInterval(chat);
  });

  test.each([
    ['no token', {}],
    ['a bad token', { token: 'x.y.z' }],
    ['a token that is no text', { token: { $ne: null } }],
  ])('is told and then closed when it comes with %s', async (_title, params) => {
    await using client = await RawClient.connect(server.socketUrl, params);
    await client.frame({ id: null, error: {} });
    expect([1005, 4401]).toContain(await client.closed);
    expect(JSON.stringify(client.frames)).not.toMatch(/stack|\.ts/);
  });

  test('is refused when it names another tenant than its token', async () => {
    await using client = await RawClient.connect(server.socketUrl, { token, tenantId: 'another' });
    await client.frame(error(null, 'FORBIDDEN'));
    expect(await client.closed).toBe(4401);
  });

  test('is closed (1009) for a frame over the limit, and not for one at it', async () => {
    await using client = await RawClient.connect(server.socketUrl, { token });
    const frame = (bytes: number): string => {
      const empty = JSON.stringify({ id: 1, method: 'query', params: { path: 'echo', input: '' } });
      return JSON.stringify({
        id: 1,
        method: 'query',
        params: { path: 'echo', input: 'x'.repeat(bytes - empty.length) },
      });
    };
    client.send(frame(65_536));
    await client.frame({ id: 1, result: {} });
    client.send(frame(65_537));
    expect(await client.closed).toBe(1009);
  });

  test('is told about a message that nests too deep, cannot be read, is binary or has no id, and goes on', async () => {
    await using client = await RawClient.connect(server.socketUrl, { token });
    client.send(`{"id":1,"method":"query","params":{"path":"echo","input":${'['.repeat(30_000)}`);
    client.send('{"id":');
    client.send({ id: 2, method: 'nonsense', params: {} });
    client.send({ id: null, method: 'query', params: { path: 'me' } });
    client.ws.send(Buffer.from([1, 2, 3]));
    await expect
      .poll(() => client.frames.filter((frame) => holds(frame, { id: null, error: {} })).length)
      .toBe(5);
    client.send(call(3, 'me'));
    await client.frame({ id: 3, result: { data: ada.ctx.caller.userId } });
  });

  test('tells nothing of the inside when a procedure breaks', async () => {
    await using client = await RawClient.connect(server.socketUrl, { token });
    client.send(call(1, 'boom'));
    const frame = await client.frame(error(1, 'INTERNAL'));
    expect(JSON.stringify(frame)).not.toMatch(/inner secret|stack|\.ts/);
  });

  test('has so many subscriptions at most, and a new one when another has ended', async () => {
    await using client = await RawClient.connect(server.socketUrl, { token });
    client.send([1, 2, 3, 4, 5].map((id) => call(id, 'silent', { method: 'subscription' })));
    await client.frame(error(5, 'TOO_MANY_REQUESTS'));
    await client.frame({ id: 4, result: { type: 'started' } });
    client.send(call(4, 'silent', { method: 'subscription' }));
    await client.frame(error(4, 'BAD_INPUT'));
    client.send({ id: 1, method: 'subscription.stop' });
    await client.frame({ id: 1, result: { type: 'stopped' } });
    client.send(call(6, 'silent', { method: 'subscription' }));
    await client.frame({ id: 6, result: { type: 'started' } });
  });

  test('has so many calls under way at most, failed and unknown ones not counted once they are answered', async () => {
    await using client = await RawClient.connect(server.socketUrl, { token });
    for (let id = 1; id <= 10; id++) {
      client.send(call(id, id % 2 === 0 ? 'boom' : 'nowhere'));
      await client.frame({ id, error: {} });
    }
    for (const id of [11, 12, 13]) client.send(call(id, 'hold'));
    client.send(call(14, 'me'));
    await client.frame(error(14, 'TOO_MANY_REQUESTS'));
  });

  test('may send a batch up to the limit, and is refused a larger one as a whole', async () => {
    await using client = await RawClient.connect(server.socketUrl, { token });
    client.send(Array.from({ length: 9 }, (_, id) => call(id, 'me')));
    await client.frame({ id: 8, error: {} });
    client.send([
      call(20, 'me'),
      call('21', 'silent', { method: 'subscription' }),
      { id: 1, method: 'subscription.stop' },
    ]);
    await client.frame({ id: 20, result: {} });
    await client.frame({ id: '21', result: { type: 'started' } });
  });

  test('is refused to a user who has too many, and granted when one has gone', async () => {
    const bob = await createTestCaller(server.node.backend);
    const bobs = await server.tokenOf(bob.ctx.caller);
    const connect = async (): Promise<RawClient> => {
      const client = await RawClient.connect(server.socketUrl, { token: bobs });
      client.send(call(1, 'me'));
      return client;
    };
    await using first = await connect();
    await using second = await connect();
    await using third = await connect();
    await Promise.all(
      [first, second, third].map(async (client) => await client.frame({ id: 1, result: {} })),
    );
    await using fourth = await connect();
    expect(await fourth.closed).toBe(4429);
    first.ws.close();
    await first.closed;
    await using fifth = await connect();
    await fifth.frame({ id: 1, result: {} });
  });

  test('is closed when its session ends here, and no other socket is', async () => {
    const bob = await createTestCaller(server.node.backend);
    await using his = await RawClient.connect(server.socketUrl, {
      token: await server.tokenOf(bob.ctx.caller),
    });
    await using hers = await RawClient.connect(server.socketUrl, { token });
    for (const client of [his, hers]) {
      client.send(call(1, 'me'));
      await client.frame({ id: 1, result: {} });
    }
    await bob.call.auth.logout();
    expect(await his.closed).toBe(4403);
    await using again = await RawClient.connect(server.socketUrl, {
      token: await server.tokenOf(bob.ctx.caller),
    });
    expect(await again.closed).toBe(4403);
    hers.send(call(2, 'me'));
    await hers.frame({ id: 2, result: {} });
  });

  test('leaves nothing behind: counts return to nothing when all have gone', async () => {
    await expect.poll(() => server.server.socketCount).toBe(0);
    await using client = await RawClient.connect(server.socketUrl, { token });
    expect(server.server.socketCount).toBe(1);
    client.ws.close();
    await expect.poll(() => server.server.socketCount).toBe(0);
  });
});

test('a socket whose token ends is told to hand over and closed when it does not; new ones find a place meanwhile', async () => {
  let offsetMs = 0;
  await using server = await createTestServer({
    router: testRouter,
    overrides: { clock: { ...systemClock, now: () => new Date(Date.now() + offsetMs) } },
    limits: {
      sockets: {
        nudgeBeforeEndMs: { min: 600, max: 800 },
        minNudgeMs: 50,
        endGraceMs: 100,
        closeMs: 200,
        maxSocketsPerUser: 1,
      },
    },
  });
  const ada = await createTestCaller(server.node.backend);
  offsetMs = -900_000 + 2_500;
  const ending = await server.tokenOf(ada.ctx.caller);
  offsetMs = 0;
  const fresh = await server.tokenOf(ada.ctx.caller);
  await using old = await RawClient.connect(server.socketUrl, { token: ending });
  await old.frame({ id: null, method: 'reconnect' });
  await using next = await RawClient.connect(server.socketUrl, { token: fresh });
  next.send(call(1, 'me'));
  await next.frame({ id: 1, result: {} });
  expect(await old.closed).toBe(4401);
});

test('a client that keeps coming with a token about to end does not spin', async () => {
  let offsetMs = 0;
  let openCount = 0;
  await using server = await createTestServer({
    router: testRouter,
    overrides: { clock: { ...systemClock, now: () => new Date(Date.now() + offsetMs) } },
    limits: { sockets: { minNudgeMs: 200, closeMs: 200 } },
  });
  const ada = await createTestCaller(server.node.backend);
  offsetMs = -900_000 + 3_000;
  const ending = await server.tokenOf(ada.ctx.caller);
  offsetMs = 0;
  const client = createWSClient({
    url: server.socketUrl,
    connectionParams: { token: ending },
    retryDelayMs: () => 1,
    onOpen: () => void openCount++,
  });
  const trpc = createTRPCClient<typeof testRouter>({ links: [wsLink({ client })] });
  const startedAt = performance.now();
  const subscription = trpc.silent.subscribe({}, { onData: () => {} });
  await expect.poll(() => openCount, { timeout: 4_000 }).toBeGreaterThanOrEqual(4);
  expect(performance.now() - startedAt).toBeGreaterThan(500);
  subscription.unsubscribe();
  await client.close();
});
