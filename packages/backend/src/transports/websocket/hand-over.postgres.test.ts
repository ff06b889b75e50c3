import { randomUUID } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { createTRPCClient, createWSClient, wsLink } from '@trpc/client';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { systemClock } from '../../clock.ts';
import { withTransaction } from '../../db/transaction.ts';
import { append } from '../../realtime/append.ts';
import { createStream } from '../../realtime/create-stream.ts';
import { resumeFeed } from '../../realtime/resume.ts';
import { createTestCaller, type TestCaller } from '../../testing/test-caller.ts';
import { createTestServer } from '../../testing/test-server.ts';
import { router, userProcedure } from '../../trpc/trpc.ts';

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
        view: ({ seq }) => ({ seq }),
      }),
    ),
});

async function createTestStream({ ctx }: TestCaller): Promise<string> {
  const id = randomUUID();
  await withTransaction(ctx, async (tx) => {
    await createStream(tx, { id, tenantId: ctx.caller.tenantId, kind: 'conversation' });
  });
  return id;
}

test('the stock client hands over again and again as its tokens end, without losing or doubling an event', async () => {
  let offsetMs = 0;
  await using server = await createTestServer({
    router: testRouter,
    overrides: { clock: { ...systemClock, now: () => new Date(Date.now() + offsetMs) } },
    limits: { sockets: { nudgeBeforeEndMs: { min: 1_500, max: 1_800 }, minNudgeMs: 100 } },
  });
  const ada = await createTestCaller(server.node.backend);
  const streamId = await createTestStream(ada);
  /** A token with two seconds to go: time is turned back for as long as it takes to make it. */
  const shortToken = async (): Promise<string> => {
    offsetMs = -900_000 + 2_000;
    const token = server.tokenOf(ada.ctx.caller);
    offsetMs = 0;
    return await token;
  };

  const opened: string[] = [];
  const closes: (number | undefined)[] = [];
  const states: string[] = [];
  const client = createWSClient({
    url: server.socketUrl,
    connectionParams: async () => ({ token: await shortToken() }),
    onOpen: () => void opened.push('open'),
    onClose: (cause) => void closes.push(cause?.code),
    retryDelayMs: () => 5,
  });
  const trpc = createTRPCClient<typeof testRouter>({ links: [wsLink({ client })] });
  const seqs: number[] = [];
  const failed: unknown[] = [];
  const subscription = trpc.feed.subscribe(
    { streamId },
    {
      onData: ({ data }) => void ('seq' in data && seqs.push(data.seq)),
      onError: (err) => void failed.push(err),
      onConnectionStateChange: ({ state }) => void states.push(state),
    },
  );

  let head = 0;
  while (opened.length < 4) {
    await withTransaction(
      ada.ctx,
      async (tx) => void (await append(tx, [{ streamId, events: [{ type: 'tick', data: {} }] }])),
    );
    // The embedded database works without ever giving up its turn; sockets and timers need theirs.
    await nextTurn();
    head++;
    if (head > 20_000) throw new Error('the client was never told to hand over');
  }
  await expect.poll(() => seqs.length, { timeout: 5_000 }).toBeGreaterThanOrEqual(head);
  // What a page sees of it: that it connected once.
  expect(states).toEqual(['connecting', 'pending']);
  subscription.unsubscribe();
  await client.close();

  expect(seqs).toEqual(Array.from({ length: head }, (_, index) => index + 1));
  expect(failed).toEqual([]);
  expect(closes).not.toContain(4401);
});
