import { randomUUID } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { parseCursor } from '@aura/contract';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { withTransaction } from '../../db/transaction.ts';
import { append } from '../../realtime/append.ts';
import { createStream } from '../../realtime/create-stream.ts';
import { resumeFeed } from '../../realtime/resume.ts';
import { call, RawClient } from '../../testing/raw-client.ts';
import { createTestCaller, type TestCaller } from '../../testing/test-caller.ts';
import { createTestServer, type TestServer } from '../../testing/test-server.ts';
import { publicProcedure, router, userProcedure } from '../../trpc/trpc.ts';

const EVENT_BYTES = 64_000;
const BATCH = 32;

const testRouter = router({
  feed: userProcedure
    .input(z.object({ streamId: z.string(), lastEventId: z.string().nullish() }))
    .subscription(({ ctx, input, signal }) =>
      resumeFeed(ctx, {
        streamId: input.streamId,
        lastEventId: input.lastEventId,
        signal: signal ?? AbortSignal.abort(),
        readSnapshot: () => Promise.reject(new Error('every cursor here is good')),
        start: { after: 0 },
        viewKey: 'all',
        view: ({ seq, data }) => ({ seq, data }),
      }),
    ),
  blob: publicProcedure.query(() => 'x'.repeat(100_000)),
});

describe('a client that does not read', () => {
  let server: TestServer;
  let ada: TestCaller;
  let token: string;

  beforeAll(async () => {
    server = await createTestServer({
      router: testRouter,
      limits: {
        sockets: { flow: { pauseBytes: 256_000, stallMs: 700 } },
      },
    });
    ada = await createTestCaller(server.node.backend);
    token = await server.tokenOf(ada.ctx.caller);
  });
  afterAll(async () => await server[Symbol.asyncDispose]());

  /** Runs `work` and answers the most that waited for clients meanwhile. */
  const peakOf = async (work: () => Promise<unknown>): Promise<number> => {
    let peak = 0;
    const timer = setInterval(() => {
      peak = Math.max(peak, server.server.bufferedBytes);
    }, 1);
    await work();
    clearInterval(timer);
    return peak;
  };

  const seqsOf = (client: RawClient, id: number): number[] =>
    client.frames.flatMap((frame) => {
      const data = z
        .object({ id: z.literal(id), result: z.object({ id: z.string() }) })
        .safeParse(frame).data;
      return data === undefined ? [] : [parseCursor(data.result.id)?.seq ?? Number.NaN];
    });

  test('costs bounded memory while 24 MB are appended, is closed (4008) and resumes without loss', async () => {
    const streamId = randomUUID();
    await withTransaction(ada.ctx, async (tx) => {
      await createStream(tx, { id: streamId, tenantId: ada.ctx.caller.tenantId, kind: 'conversation' });
    });
    const appendBatch = async (): Promise<void> => {
      const events = Array.from({ length: BATCH }, () => ({
        type: 'blob',
        data: { text: 'x'.repeat(EVENT_BYTES) },
      }));
      await withTransaction(ada.ctx, async (tx) => void (await append(tx, [{ streamId, events }])));
    };
    const batches = Math.ceil(24_000_000 / (EVENT_BYTES * BATCH)) + 1;
    const head = batches * BATCH;
    const appendAll = async (): Promise<void> => {
      for (let round = 0; round < batches; round++) {
        await appendBatch();
        await nextTurn();
      }
    };

    await using slow = await RawClient.connect(server.socketUrl, { token });
    slow.send(call(1, 'feed', { method: 'subscription', input: { streamId } }));
    await slow.frame({ id: 1, result: { type: 'started' } });
    slow.ws.pause();
    const peak = await peakOf(async () => {
      await appendAll();
      await expect.poll(() => server.server.socketCount, { timeout: 15_000 }).toBe(0);
      // Reads on only now: what was sent, and then the reason.
      slow.ws.resume();
      await slow.closed;
    });
    expect(peak).toBeLessThanOrEqual(1_048_576 + EVENT_BYTES + 1_000);
    expect(peak).toBeGreaterThan(0);
    expect(await slow.closed).toBe(4008);
    const seen = seqsOf(slow, 1);
    expect(seen.length).toBeLessThan(head);

    const last = slow.frames.findLast(
      (frame) => z.object({ result: z.object({ id: z.string() }) }).safeParse(frame).success,
    );
    const { result } = z.object({ result: z.object({ id: z.string() }) }).parse(last);
    await using again = await RawClient.connect(server.socketUrl, { token });
    again.send({
      id: 2,
      method: 'subscription',
      params: { path: 'feed', input: { streamId }, lastEventId: result.id },
    });
    await expect.poll(() => again.frames.length, { timeout: 30_000 }).toBeGreaterThan(head - seen.length);
    expect([...seen, ...seqsOf(again, 2)]).toEqual(Array.from({ length: head }, (_, index) => index + 1));
  }, 60_000);

  test('cannot pile up answers by asking on, and is closed', async () => {
    await using greedy = await RawClient.connect(server.socketUrl, { token });
    greedy.send(call(0, 'blob'));
    await greedy.frame({ id: 0, result: {} });
    greedy.ws.pause();
    const asking = setInterval(() => {
      if (greedy.ws.readyState === greedy.ws.OPEN && greedy.ws.bufferedAmount < 1_000_000) {
        for (let id = 1; id <= 20; id++) greedy.send(call(id, 'blob'));
        greedy.send('PING');
      }
    }, 1);
    const peak = await peakOf(async () => {
      await expect.poll(() => server.server.socketCount, { timeout: 10_000, interval: 5 }).toBe(0);
    });
    clearInterval(asking);
    expect(peak).toBeGreaterThan(256_000);
    expect(peak).toBeLessThan(32 * 101_000 + 512_000);
  });
});
