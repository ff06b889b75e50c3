import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { withSystemTransaction } from '../../db/transaction.ts';
import { createTestBackend, type TestBackend } from '../../testing/test-backend.ts';
import { createTestCaller, createTestTenant, type TestCaller } from '../../testing/test-caller.ts';
import { ask, type Asked } from './agent-testing.ts';
import { claimRun, findQueuedRuns } from './run-store.ts';

const MANY = 200;
let test: TestBackend;
let busy: TestCaller;
let late: TestCaller;
const queued: Asked[] = [];
beforeAll(async () => {
  test = await createTestBackend({ isStarted: false });
  const tenantId = await createTestTenant(test.backend);
  busy = await createTestCaller(test.backend);
  late = await createTestCaller(test.backend, { tenantId });
  queued.push(...(await Promise.all(Array.from({ length: MANY }, async () => await ask(busy, '#say much')))));
});
afterAll(async () => await test[Symbol.asyncDispose]());

const turns = async (limit: number): Promise<string[]> =>
  await withSystemTransaction(test.backend, async ({ db }) => await findQueuedRuns(db, limit));

describe('a tenant that queues two hundred runs', () => {
  it('does not keep another’s first one waiting: one at most begins before it, and two before the second', async () => {
    const first = await ask(late, '#say first');
    expect((await turns(500)).indexOf(first.runId)).toBeLessThanOrEqual(1);
    await withSystemTransaction(
      test.backend,
      async ({ db }) => await claimRun(db, { runId: queued[0]?.runId ?? '', owner: 'a node' }),
    );
    expect(await turns(1)).toEqual([first.runId]);
    const second = await ask(late, '#say second');
    const order = await turns(500);
    expect(order.indexOf(second.runId)).toBeLessThanOrEqual(2);
    expect(new Set(order).size).toBe(MANY + 1);
  });
});
