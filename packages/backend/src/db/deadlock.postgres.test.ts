import { afterAll, beforeAll, expect, it } from 'vitest';
import { append } from '../realtime/append.ts';
import { createTestBackend, type TestBackend } from '../testing/test-backend.ts';
import { createTestStream } from '../testing/test-stream.ts';
import { withTransaction } from './transaction.ts';

let test: TestBackend;
beforeAll(async () => {
  test = await createTestBackend();
});
afterAll(async () => await test[Symbol.asyncDispose]());

it('outlives a real deadlock: both transactions commit, each once', async () => {
  const [a, b] = [await createTestStream(test.backend), await createTestStream(test.backend)];
  const scope = { ...test.backend, caller: { tenantId: a.tenantId, userId: '' } };
  const bothHold = Promise.withResolvers<void>();
  let holding = 0;
  let rounds = 0;
  const crosswise = async (order: string[]): Promise<void> =>
    await withTransaction(scope, async (tx) => {
      rounds += 1;
      for (const streamId of order) {
        await append(tx, [{ streamId, events: [{ type: 'test', data: {} }] }]);
        if (++holding === 2) bothHold.resolve();
        await bothHold.promise;
      }
    });
  await Promise.all([crosswise([a.id, b.id]), crosswise([b.id, a.id])]);
  expect(rounds).toBe(3);
  for (const { id, tenantId } of [a, b]) {
    const { events } = await test.backend.pageReader.read({ tenantId, streamId: id, after: 0, version: '1' });
    expect(events.map(({ seq }) => seq)).toEqual([1, 2]);
  }
});
