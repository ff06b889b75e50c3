import { connect } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { tracked } from '@trpc/server';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { logout } from '../../features/auth/logout.ts';
import { createTestCaller, type TestCaller } from '../../testing/test-caller.ts';
import { createTestServer, type TestServer } from '../../testing/test-server.ts';
import { router, userProcedure } from '../../trpc/trpc.ts';
import { curlOn, curlStream } from './curl-testing.ts';

/** How many events were asked for. */
let pulled = 0;
let ended = 0;

const testRouter = router({
  flood: userProcedure
    .meta({ rest: { method: 'GET', path: '/flood', summary: 'As much as is read' } })
    .subscription(async function* ({ signal }) {
      try {
        for (let seq = 1; seq <= 100_000; seq++) {
          signal?.throwIfAborted();
          pulled = seq;
          yield tracked(`v1.00000000.${seq}`, { type: 'block', seq, text: 'x'.repeat(10_000) });
          await pause(0);
        }
      } finally {
        ended++;
      }
    }),
  quiet: userProcedure
    .meta({ rest: { method: 'GET', path: '/quiet', summary: 'Says nothing' } })
    .subscription(async function* ({ signal }) {
      try {
        yield { type: 'hello' };
        if (signal === undefined) return;
        await pause(60_000, undefined, { signal, ref: false }).catch(() => {});
      } finally {
        ended++;
      }
    }),
  broken: userProcedure
    .meta({ rest: { method: 'GET', path: '/broken', summary: 'Breaks after one event' } })
    .input(z.object({ count: z.int().default(1) }))
    .subscription(async function* () {
      yield await Promise.resolve({ type: 'hello' });
      throw new Error('inner secret');
    }),
});

describe('an event stream', () => {
  let test: TestServer;
  let user: TestCaller;
  let token: string;
  beforeAll(async () => {
    test = await createTestServer({
      router: testRouter,
      limits: { rest: { heartbeatMs: 20, stallMs: 300, maxStreamsPerOwner: 2 } },
    });
  });
  afterAll(async () => await test[Symbol.asyncDispose]());
  const newcomer = async (): Promise<void> => {
    user = await createTestCaller(test.node.backend);
    token = await test.tokenOf(user.ctx.caller);
  };

  it('says something now and then, so that nobody between takes it for dead', async () => {
    await newcomer();
    await using stream = await curlStream(test.server, '/quiet', { token });
    await stream.until(({ event }) => event === 'hello');
    const before = ended;
    const hanging = stream.until(() => false).catch(() => null);
    await expect.poll(() => stream.comments.filter((text) => text === 'heartbeat').length).toBeGreaterThan(2);
    await stream[Symbol.asyncDispose]();
    await hanging;
    await expect.poll(() => ended).toBe(before + 1);
  });

  it('waits for a slow reader, and lets go of one that never reads', async () => {
    await newcomer();
    const before = ended;
    const socket = connect(test.server.port, '127.0.0.1');
    socket.write(`GET /flood HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${token}\r\n\r\n`);
    socket.pause();
    await expect.poll(() => ended).toBe(before + 1);
    // What the kernel took for the reader, and no more.
    expect(pulled).toBeGreaterThan(0);
    expect(pulled).toBeLessThan(5_000);
    socket.destroy();
  });

  it('tells nothing of the inside when it breaks, and is then over without [DONE]', async () => {
    await newcomer();
    await using stream = await curlStream(test.server, '/broken?count=2', { token });
    const frames = await stream.rest();
    expect(frames.map(({ event }) => event)).toEqual(['hello', 'error']);
    expect(frames.at(-1)?.data).toMatchObject({
      type: 'error',
      data: { code: 'INTERNAL', retryable: false },
    });
    expect(JSON.stringify(frames)).not.toContain('inner secret');
    const refused = await curlOn(test.server)('/broken?count=x', { token });
    expect(refused).toMatchObject({ status: 400, body: { issues: [{ path: ['count'] }] } });
  });

  it('ends with the session it was opened in', async () => {
    await newcomer();
    await using stream = await curlStream(test.server, '/quiet', { token });
    await stream.until(({ event }) => event === 'hello');
    await logout(user.ctx);
    expect((await stream.rest()).map(({ event }) => event)).toEqual(['hello']);
    expect((await curlOn(test.server)('/quiet', { token })).status).toBe(401);
  });

  it('finds a place only while its user has not too many, and gives it back', async () => {
    await newcomer();
    await using first = await curlStream(test.server, '/quiet', { token });
    await using second = await curlStream(test.server, '/quiet', { token });
    expect([first.status, second.status]).toEqual([200, 200]);
    const refused = await curlOn(test.server)('/quiet', { token });
    expect(refused).toMatchObject({ status: 429, body: { code: 'TOO_MANY_REQUESTS' } });
    await first[Symbol.asyncDispose]();
    await expect
      .poll(async () => {
        await using third = await curlStream(test.server, '/quiet', { token });
        return third.status;
      })
      .toBe(200);
  });
});

it('lets a server stop at once, and says no [DONE]: its reader comes back elsewhere', async () => {
  await using test = await createTestServer({ router: testRouter });
  const { ctx } = await createTestCaller(test.node.backend);
  await using stream = await curlStream(test.server, '/quiet', { token: await test.tokenOf(ctx.caller) });
  await stream.until(({ event }) => event === 'hello');
  const startedAt = performance.now();
  await test.server.drain();
  expect(performance.now() - startedAt).toBeLessThan(2_000);
  expect(await stream.rest()).toHaveLength(1);
});
