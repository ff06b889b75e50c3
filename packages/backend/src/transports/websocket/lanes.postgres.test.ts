import { createTRPCClient, createWSClient, type TRPCWebSocketClient, wsLink } from '@trpc/client';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { NO_HUB, withTransaction } from '../../db/transaction.ts';
import { append } from '../../realtime/append.ts';
import { call, RawClient } from '../../testing/raw-client.ts';
import { createTestCaller, type TestCaller } from '../../testing/test-caller.ts';
import { createTestServer, type TestServer } from '../../testing/test-server.ts';
import { createTestStream, type TestStream } from '../../testing/test-stream.ts';
import { answersTo, feedRouter, range, seqsOf } from '../../testing/test-feed.ts';

let server: TestServer;
let ada: TestCaller;
let token: string;
let stream: TestStream;
beforeAll(async () => {
  server = await createTestServer({
    router: feedRouter,
    limits: { sockets: { maxSubscriptions: 2_000, maxSocketsPerUser: 500 } },
  });
  ada = await createTestCaller(server.node.backend);
  token = await server.tokenOf(ada.ctx.caller);
});
afterAll(async () => await server[Symbol.asyncDispose]());
afterEach(async () => {
  // Nothing is left of anybody's subscription, in the lane or beside it.
  const { hub } = server.node.backend;
  await expect.poll(() => [hub.watchedCount, hub.laneCount], { timeout: 5_000 }).toEqual([0, 0]);
});

const connect = async (): Promise<RawClient> => await RawClient.connect(server.socketUrl, { token });
const laneCount = (): number => server.node.backend.hub.laneCount;
/** Subscribes and waits until the lane has taken over. */
async function board(
  client: RawClient,
  id: number | string,
  { after = 0, ...more }: { after?: number; jsonrpc?: string } = {},
): Promise<void> {
  const before = laneCount();
  const request = call(id, 'feed', { method: 'subscription', input: { streamId: stream.id, after } });
  client.send({ ...request, ...more });
  await expect.poll(laneCount).toBe(before + 1);
}

describe('a direct lane', () => {
  test('sends byte for byte what tRPC sends for the same events', async () => {
    stream = await createTestStream(server.node.backend);
    await stream.append(1, 'first');
    await using lane = await connect();
    await using generator = await connect();
    const texts = new Map([lane, generator].map((client) => [client, textsOf(client)]));
    const requests = [
      { id: 7 },
      { id: 'seven "7"' },
      { id: 1, jsonrpc: '2.0' },
      { id: 2 ** 40, jsonrpc: '2.0' },
    ];
    for (const { id, ...more } of requests) {
      await board(lane, id, more);
      generator.send({
        ...call(id, 'generatorFeed', { method: 'subscription', input: { streamId: stream.id } }),
        ...more,
      });
    }
    await stream.append(1, 'é€😀 "quoted" \u2028');
    await stream.append(9, 'nine at once');
    await stream.append(1, 'x'.repeat(30_000));
    for (const client of [lane, generator]) {
      for (const { id } of requests) await expect.poll(() => seqsOf(client, id)).toEqual(range(1, 12));
    }
    expect(laneCount()).toBe(requests.length);
    const framesOf = (client: RawClient, id: unknown): unknown[] =>
      (texts.get(client) ?? []).filter(
        (text) => z.object({ id: z.unknown() }).parse(JSON.parse(text)).id === id,
      );
    for (const { id } of requests) expect(framesOf(lane, id)).toEqual(framesOf(generator, id));
  });

  test('is reached through a history that is byte for byte what tRPC sends', async () => {
    stream = await createTestStream(server.node.backend);
    await stream.append(230, 'é€😀 "old"');
    await stream.append(1, 'x'.repeat(70_000));
    await stream.append(120, 'newer');
    await using lane = await connect();
    await using generator = await connect();
    const texts = new Map([lane, generator].map((client) => [client, textsOf(client)]));
    for (const { id, after, ...more } of [
      { id: 1, after: 0 },
      { id: 'a', after: 17, jsonrpc: '2.0' },
      { id: 3, after: 349 },
    ]) {
      await board(lane, id, { after, ...more });
      const input = { streamId: stream.id, after };
      generator.send({ ...call(id, 'generatorFeed', { method: 'subscription', input }), ...more });
      for (const client of [lane, generator]) {
        await expect.poll(() => seqsOf(client, id)).toEqual(range(after + 1, 351));
      }
    }
    const [direct = [], byTrpc = []] = [lane, generator].map((client) => texts.get(client));
    expect(direct).toEqual(byTrpc);
  });

  test('joined 1,000 times in the midst of events, by the stock client, loses and doubles none', async () => {
    stream = await createTestStream(server.node.backend);
    await stream.append(1);
    const { trpc, client } = stockClient();
    let head = 1;
    const ended = new AbortController();
    let boarded = 0;
    const appending = (async () => {
      while (!ended.signal.aborted) {
        await stream.append(1 + (head % 3));
        head += 1 + (head % 3);
        boarded = Math.max(boarded, laneCount());
        // The embedded database works without ever giving up its turn; sockets need theirs.
        await nextTurn();
      }
    })();
    const once = async (): Promise<void> => {
      const after = Math.max(0, head - 3);
      const seqs: number[] = [];
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      const subscription = trpc.feed.subscribe(
        { streamId: stream.id, after },
        {
          onError: reject,
          onData: ({ data }) => {
            seqs.push(data.seq);
            if (seqs.length === 15) resolve();
          },
        },
      );
      await promise;
      subscription.unsubscribe();
      const count = seqs.length;
      expect(seqs).toEqual(range(after + 1, after + count));
    };
    for (let round = 0; round < 20; round++) await Promise.all(Array.from({ length: 50 }, once));
    ended.abort();
    await appending;
    expect(boarded).toBeGreaterThan(10);
    await client.close();
  }, 60_000);

  test('says nothing for a subscription after `stopped`, however it is stopped in a burst', async () => {
    stream = await createTestStream(server.node.backend);
    await stream.append(1);
    await using client = await connect();
    for (let id = 1; id <= 40; id++) {
      await board(client, id, { after: 12 * (id - 1) });
      client.send({ id, method: 'subscription.stop' });
      for (let burst = 0; burst < 4; burst++) {
        await stream.append(3);
        await nextTurn();
      }
      await client.frame({ id, result: { type: 'stopped' } });
    }
    await stream.append(3);
    client.send('PING');
    await client.frame('PONG');
    for (let id = 1; id <= 40; id++) {
      const types = answersTo(client, id);
      expect(types.indexOf('stopped')).toBe(types.length - 1);
      const seqs = seqsOf(client, id);
      const first = 12 * (id - 1) + 1;
      expect(seqs).toEqual(range(first, first + seqs.length - 1));
    }
  });

  test('is left by a reader that lags, which misses nothing, and joined again when it has caught up', async () => {
    stream = await createTestStream(server.node.backend);
    await stream.append(1);
    await using slow = await connect();
    await using quick = await connect();
    await board(slow, 1);
    await board(quick, 1);
    slow.ws.pause();
    let head = 1;
    while (laneCount() > 1 || server.server.bufferedBytes < 100_000) {
      await stream.append(20, 'x'.repeat(2_500));
      await nextTurn();
      head += 20;
      if (head > 20_000) throw new Error('it was never too slow');
    }
    slow.ws.resume();
    await expect.poll(() => seqsOf(slow, 1).length, { timeout: 10_000 }).toBe(head);
    await stream.append(1);
    await expect.poll(laneCount).toBe(2);
    await stream.append(1);
    for (const client of [slow, quick]) {
      await expect.poll(() => seqsOf(client, 1)).toEqual(range(1, head + 2));
    }
  });

  test('is left for a hint without events, for a lost hint and for a large batch, and nothing is missed', async () => {
    stream = await createTestStream(server.node.backend);
    await stream.append(1);
    await using client = await connect();
    await board(client, 1);
    const { bus } = server.node.backend;
    await appendUnheard(2);
    bus.publish(`aura:stream:${stream.id}`, `elsewhere ${JSON.stringify({ to: 3 })}`);
    await expect.poll(() => seqsOf(client, 1)).toEqual(range(1, 3));
    await appendUnheard(1);
    await stream.append(1);
    await expect.poll(() => seqsOf(client, 1)).toEqual(range(1, 5));
    await stream.append(30, 'x'.repeat(5_000));
    await expect.poll(() => seqsOf(client, 1)).toEqual(range(1, 35));
    await expect.poll(laneCount).toBe(1);
  });

  test('goes on where it was when the stock client’s connection breaks again and again', async () => {
    stream = await createTestStream(server.node.backend);
    await stream.append(1);
    const sockets: WebSocket[] = [];
    const { trpc, client } = stockClient(
      class extends WebSocket {
        constructor(url: string | URL) {
          super(url);
          sockets.push(this);
        }
      },
    );
    const seqs: number[] = [];
    const subscription = trpc.feed.subscribe(
      { streamId: stream.id },
      { onData: ({ data }) => void seqs.push(data.seq) },
    );
    let head = 1;
    for (let round = 0; round < 12; round++) {
      await expect.poll(laneCount).toBe(1);
      for (let burst = 0; burst < 5; burst++) {
        await stream.append(2);
        head += 2;
        if (burst === 2) sockets.at(-1)?.close();
        await nextTurn();
      }
      await expect.poll(() => seqs.length).toBe(head);
    }
    subscription.unsubscribe();
    await client.close();
    expect(seqs).toEqual(range(1, head));
    expect(sockets.length).toBe(13);
  });
});

function stockClient(Socket: typeof WebSocket = WebSocket) {
  const client: TRPCWebSocketClient = createWSClient({
    url: server.socketUrl,
    connectionParams: { token },
    WebSocket: Socket,
    retryDelayMs: () => 5,
  });
  return { client, trpc: createTRPCClient<typeof feedRouter>({ links: [wsLink({ client })] }) };
}

/** Appends of which nobody is told. */
async function appendUnheard(count: number): Promise<void> {
  const events = Array.from({ length: count }, () => ({ type: 'test', data: {} }));
  await withTransaction(
    { ...ada.ctx, hub: NO_HUB },
    async (tx) => void (await append(tx, [{ streamId: stream.id, events }])),
  );
}

/** The texts of the frames a client gets from now on. */
function textsOf({ ws }: RawClient): string[] {
  const texts: string[] = [];
  ws.on('message', (data: Buffer) => texts.push(data.toString()));
  return texts;
}
