import { sql } from 'kysely';
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest';
import type { RunnerCore } from '../../context.ts';
import { withSystemTransaction } from '../../db/transaction.ts';
import { createTestBackend, type TestBackend } from '../../testing/test-backend.ts';
import { createTestCaller, type TestCaller } from '../../testing/test-caller.ts';
import { createWorkshop, seen, untilAskedOnce } from '../hitl/hitl-testing.ts';
import { ask, outcomeOf } from './agent-testing.ts';
import { executeRun } from './execute-run.ts';
import { claimRun } from './run-store.ts';

const never = new AbortController().signal;
const workshop = createWorkshop();
const { effects } = workshop;
workshop.replace(workshop.make({ name: 'once', risk: 'write', repeat: 'once' }));

let test: TestBackend;
let user: TestCaller;
beforeAll(async () => {
  test = await createTestBackend({ isStarted: false, overrides: { tools: workshop.tools } });
  user = await createTestCaller(test.backend);
});
afterAll(async () => await test[Symbol.asyncDispose]());
afterEach(() => void vi.restoreAllMocks());

/** As another node does once the lease has run out. */
async function takeOver(runId: string): Promise<void> {
  await withSystemTransaction(test.backend, async ({ db }) => {
    const over = sql<Date>`clock_timestamp() - interval '1 s'`;
    await db.updateTable('runs').set({ leaseUntil: over }).where('id', '=', runId).execute();
    expect(await claimRun(db, { runId, owner: 'a healthy node' })).toBeDefined();
    await db.updateTable('runs').set({ leaseUntil: over }).where('id', '=', runId).execute();
  });
}

/** The embedded database takes one after the other, so whoever takes over is there before the owner's next word. */
it('an owner frozen between saying that it begins a call and making it does not make it when it wakes up', async () => {
  const asked = await ask(user, '#tool once {"to":"ann"}');
  const { runId } = asked;
  const taken: Promise<void>[] = [];
  const freeze = (): void => {
    const now = performance.now.bind(performance);
    vi.spyOn(performance, 'now').mockImplementation(() => now() + 10_000);
    taken.push(takeOver(runId));
  };
  const { hub } = test.backend;
  const frozen: RunnerCore = {
    ...test.backend,
    nodeId: 'a frozen node',
    hub: {
      ...hub,
      publish(batch) {
        hub.publish(batch);
        const hasBegun = batch.events.some(({ type }) => type === 'tool_execution');
        if (hasBegun && taken.length === 0) freeze();
      },
    },
  };
  await executeRun(frozen, { runId, signal: never, drain: never });
  await Promise.all(taken);
  expect(effects).toEqual([]);

  const healthy = { ...test.backend, nodeId: 'a healthy node' };
  await executeRun(healthy, { runId, signal: never, drain: never });
  const approval = await untilAskedOnce(user, asked);
  expect(approval).toMatchObject({ kind: 'unknown', toolName: 'once' });
  await user.call.hitl.approve(seen(approval));
  await executeRun(healthy, { runId, signal: never, drain: never });
  expect((await outcomeOf(user, asked)).run.status).toBe('completed');
  expect(effects).toHaveLength(1);
});
