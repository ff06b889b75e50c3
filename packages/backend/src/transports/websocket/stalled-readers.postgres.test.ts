import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { call, RawClient } from '../../testing/raw-client.ts';
import { createTestCaller } from '../../testing/test-caller.ts';
import { feedRouter, range, seqsOf } from '../../testing/test-feed.ts';
import { createTestServer } from '../../testing/test-server.ts';
import { createTestStream } from '../../testing/test-stream.ts';

test('serves those who read while 100 others do not, keeps little for these and closes them', async () => {
  await using server = await createTestServer({
    router: feedRouter,
    limits: {
      sockets: {
        maxSocketsPerUser: 500,
        flow: { pauseBytes: 256_000, stallMs: 1_000 },
      },
    },
  });
  const { hub } = server.node.backend;
  const reader = await createTestCaller(server.node.backend);
  const token = await server.tokenOf(reader.ctx.caller);
  const stream = await createTestStream(server.node.backend);
  await stream.append(1);
  await using sockets = new AsyncDisposableStack();
  const open = async (): Promise<RawClient> => {
    const client = sockets.use(await RawClient.connect(server.socketUrl, { token }));
    client.send(call(1, 'feed', { method: 'subscription', input: { streamId: stream.id } }));
    await client.frame({ result: { type: 'data' } });
    return client;
  };
  const stalled: RawClient[] = [];
  for (let index = 0; index < 100; index++) stalled.push(await open());
  const good = [await open(), await open()];
  await expect.poll(() => hub.laneCount).toBe(102);
  for (const { ws } of stalled) ws.pause();

  let head = 1;
  let mostKept = 0;
  while (hub.laneCount > 2) {
    await stream.append(20, 'x'.repeat(2_500));
    head += 20;
    await nextTurn();
    mostKept = Math.max(mostKept, server.server.bufferedBytes);
    if (head > 10_000) throw new Error('they are still in the lane');
  }
  for (const client of good) await expect.poll(() => seqsOf(client, 1)).toEqual(range(1, head));
  expect(mostKept).toBeGreaterThan(100 * 200_000);
  expect(mostKept).toBeLessThan(100 * (256_000 + 64_000));
  await expect.poll(() => server.server.socketCount, { timeout: 15_000 }).toBe(2);
  await stream.append(1);
  for (const client of good) await expect.poll(() => seqsOf(client, 1).at(-1)).toBe(head + 1);
  for (const { ws } of stalled) ws.resume();
  // Told why, or cut off when even that was not read in time.
  const codes = await Promise.all(stalled.map(async ({ closed }) => await closed));
  expect(codes.filter((code) => code !== 4008 && code !== 1006)).toEqual([]);
}, 60_000);
