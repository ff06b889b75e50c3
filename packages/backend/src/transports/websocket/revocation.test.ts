import { expect, test } from 'vitest';
import type { Bus } from '../../realtime/bus.ts';
import { call, RawClient } from '../../testing/raw-client.ts';
import { createTestCaller } from '../../testing/test-caller.ts';
import { createTestServer } from '../../testing/test-server.ts';
import { router, userProcedure } from '../../trpc/trpc.ts';
import { withSystemTransaction } from '../../db/transaction.ts';

const testRouter = router({ me: userProcedure.query(({ ctx }) => ctx.caller.userId) });

/** A bus on which every hint is lost. */
const deafBus: Bus = {
  isDown: true,
  publish: () => {},
  subscribe: () => Promise.resolve({ unsubscribe: () => {} }),
  onGap: () => ({ [Symbol.dispose]: () => {} }),
  check: () => Promise.resolve(),
  [Symbol.asyncDispose]: () => Promise.resolve(),
};

test('a socket is closed within five seconds of the end of its session although no hint comes', async () => {
  await using server = await createTestServer({ router: testRouter, overrides: { bus: deafBus } });
  const ada = await createTestCaller(server.node.backend);
  const { caller } = ada.ctx;
  await using client = await RawClient.connect(server.socketUrl, { token: await server.tokenOf(caller) });
  client.send(call(1, 'me'));
  await client.frame({ id: 1, result: {} });

  // As another node does it: in the database, and with a hint that this one never hears.
  await withSystemTransaction(server.node.backend, async ({ db }) => {
    await db
      .updateTable('sessions')
      .set({ revokedAt: new Date() })
      .where('id', '=', caller.sessionId)
      .execute();
  });
  const endedAt = performance.now();
  expect(await client.closed).toBe(4403);
  expect(performance.now() - endedAt).toBeLessThan(5_000);
});
