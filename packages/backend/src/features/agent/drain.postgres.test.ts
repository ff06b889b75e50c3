import { expect, it } from 'vitest';
import { createTestBackend } from '../../testing/test-backend.ts';
import { callerOn, createTestCaller } from '../../testing/test-caller.ts';
import { ask, dones, outcomeOf } from './agent-testing.ts';

it('a node that stops gives its runs to another within half a second, and nobody sees more than a new attempt', async () => {
  await using test = await createTestBackend({ isStarted: false });
  const tookMs: number[] = [];
  const there = await test.addNode();
  const setUp = await createTestCaller(test.backend);
  const user = callerOn(there, setUp.ctx.caller);
  for (let round = 0; round < 3; round++) {
    const before = test.model.requests.length;
    const leaving = await test.addNode();
    const fence = async (runId: string): Promise<{ owner: string | null; status: string }> =>
      await there.database.db
        .selectFrom('runs')
        .select(['owner', 'status'])
        .where('id', '=', runId)
        .executeTakeFirstOrThrow();
    // Taken by the node that is woken first.
    const asked = await ask(callerOn(leaving, setUp.ctx.caller), '#delay 5\n#repeat 200 tick');
    await expect
      .poll(async () => JSON.stringify((await user.call.agent.get(asked)).state.items))
      .toContain('tick 3');
    const { owner } = await fence(asked.runId);
    if (owner === leaving.nodeId) {
      const stoppedAt = performance.now();
      const stopping = leaving.runner[Symbol.asyncDispose]();
      await expect.poll(async () => (await fence(asked.runId)).owner, { interval: 5 }).toBe(there.nodeId);
      tookMs.push(performance.now() - stoppedAt);
      await stopping;
    } else {
      await leaving.runner[Symbol.asyncDispose]();
    }
    const { run, events, state } = await outcomeOf(user, asked);
    expect(run).toMatchObject({ status: 'completed', error: null });
    expect(dones(events)).toHaveLength(1);
    expect(state.messages.at(-1)?.text).toMatch(/^tick 1 .* tick 200$/);
    expect(test.model.requests.length - before).toBe(owner === leaving.nodeId ? 2 : 1);
  }
  expect(tookMs.length).toBeGreaterThan(0);
  expect(Math.min(...tookMs)).toBeLessThan(500);
});
