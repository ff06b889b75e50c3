import { setTimeout as pause } from 'node:timers/promises';
import { formatCursor } from '@aura/contract';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { resumeFeed } from '../../realtime/resume.ts';
import { call, RawClient } from '../../testing/raw-client.ts';
import { createTestCaller } from '../../testing/test-caller.ts';
import { createTestServer, type TestServer } from '../../testing/test-server.ts';
import { createTestStream, type TestStream } from '../../testing/test-stream.ts';
import { router, userProcedure } from '../../trpc/trpc.ts';

const LARGE = 1_000_000;
/** Four of them, and what waits before the socket counts as full. */
const MOST = 5 * LARGE + 256_000;

const testRouter = router({
  large: userProcedure.query(() => 'x'.repeat(LARGE)),
  feed: userProcedure
    .input(z.object({ streamId: z.string(), size: z.int(), lastEventId: z.string().nullish() }))
    .subscription(({ ctx, input: { streamId, size }, signal }) =>
      resumeFeed(ctx, {
        streamId,
        lastEventId: null,
        signal: signal ?? AbortSignal.abort(),
        start: 'snapshot',
        readSnapshot: () => {
          const cursor = formatCursor({ epoch: stream.epoch, seq: 1 });
          return Promise.resolve({ state: 'x'.repeat(size), cursor });
        },
        viewKey: 'all',
        view: ({ seq, data }) => ({ seq, data }),
      }),
    ),
});

let server: TestServer;
let stream: TestStream;
let token: string;
beforeAll(async () => {
  server = await createTestServer({ router: testRouter });
  const { backend } = server.node;
  stream = await createTestStream(backend);
  await stream.append(1);
  token = await server.tokenOf((await createTestCaller(backend)).ctx.caller);
});
afterAll(async () => await server[Symbol.asyncDispose]());

const subscribe = (id: number, size: number): object =>
  call(id, 'feed', { method: 'subscription', input: { streamId: stream.id, size } });

describe('what one client asks for at once', () => {
  test.each([
    ['64 snapshots', Array.from({ length: 64 }, (_, id) => () => subscribe(id, LARGE))],
    ['32 answers', Array.from({ length: 32 }, (_, id) => () => call(id, 'large'))],
  ])('%s: is made as it is read, and comes whole', async (_, asks) => {
    await using client = await RawClient.connect(server.socketUrl, { token });
    client.send(call(99, 'large'));
    await client.frame({ id: 99 });
    let most = 0;
    const timer = setInterval(() => {
      most = Math.max(most, server.server.bufferedBytes);
    }, 1);
    client.ws.pause();
    client.send(asks.map((ask) => ask()));
    await expect.poll(() => most, { timeout: 10_000 }).toBeGreaterThan(256_000);
    client.ws.resume();
    const whole = (): number => client.frames.filter((frame) => JSON.stringify(frame).length > LARGE).length;
    await expect.poll(whole, { timeout: 20_000 }).toBe(asks.length + 1);
    clearInterval(timer);
    expect(most).toBeLessThan(MOST);
  });

  test('is not made any more once the socket is gone', async () => {
    const client = await RawClient.connect(server.socketUrl, { token });
    client.ws.pause();
    client.send(Array.from({ length: 64 }, (_, id) => subscribe(id, LARGE)));
    await expect.poll(() => server.server.bufferedBytes, { timeout: 10_000 }).toBeGreaterThan(256_000);
    client.ws.terminate();
    await expect.poll(() => server.server.socketCount).toBe(0);
    await expect.poll(() => server.node.backend.hub.watchedCount).toBe(0);
  });
});

test('a reader that rests in the middle of a large snapshot is not cut off', async () => {
  const looks = { pauseBytes: 256_000, stallMs: 3_000 };
  await using slow = await createTestServer({ router: testRouter, limits: { sockets: { flow: looks } } });
  const { backend } = slow.node;
  stream = await createTestStream(backend);
  await stream.append(1);
  const own = await slow.tokenOf((await createTestCaller(backend)).ctx.caller);
  await using client = await RawClient.connect(slow.socketUrl, { token: own });
  client.ws.pause();
  // More than systems keep for a socket, so that some of it waits in the server.
  client.send(subscribe(1, 12 * LARGE));
  await expect.poll(() => slow.server.bufferedBytes, { timeout: 10_000 }).toBeGreaterThan(2 * LARGE);
  client.send(call(2, 'large'));
  // Some of the looks that a socket gets which takes nothing.
  await pause(looks.stallMs / 4);
  expect(slow.server.socketCount).toBe(1);
  client.ws.resume();
  await client.frame({ id: 1, result: { type: 'data' } });
  await client.frame({ id: 2 });
}, 30_000);
