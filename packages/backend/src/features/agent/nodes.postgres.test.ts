import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Backend } from '../../create-backend.ts';
import { createTestBackend, type TestBackend } from '../../testing/test-backend.ts';
import { callerOn, createTestCaller, type TestCaller } from '../../testing/test-caller.ts';
import { ask, dones, outcomeOf } from './agent-testing.ts';

let test: TestBackend;
let other: Backend;
let here: TestCaller;
let there: TestCaller;
beforeAll(async () => {
  test = await createTestBackend({ isStarted: false });
  here = await createTestCaller(test.backend);
  other = await test.addNode();
  there = callerOn(other, here.ctx.caller);
});
afterAll(async () => await test[Symbol.asyncDispose]());

describe('two nodes', () => {
  it('share the work: what a node that executes nothing accepts is begun by another at once', async () => {
    const before = performance.now();
    const { run } = await outcomeOf(here, await ask(here, '#say hi'));
    expect(run.status).toBe('completed');
    expect(performance.now() - before).toBeLessThan(900);
  });

  it('execute every run once, however often both are woken', async () => {
    await test.backend.start();
    const before = test.model.requests.length;
    const asked = await Promise.all(
      Array.from({ length: 10 }, async (_, index) => {
        const sent = await ask(index % 2 === 0 ? here : there, `#say ${index}`);
        test.backend.runner.wake(sent.runId);
        other.runner.wake(sent.runId);
        return sent;
      }),
    );
    const outcomes = await Promise.all(asked.map(async (sent) => await outcomeOf(there, sent)));
    for (const { run, events } of outcomes) {
      expect(run.status).toBe('completed');
      expect(events.filter(({ type }) => type === 'run_started')).toHaveLength(1);
      expect(dones(events)).toHaveLength(1);
    }
    expect(test.model.requests.length - before).toBe(10);
  });

  it('stop each other’s runs within a second', async () => {
    const asked = await ask(here, '#delay 10\n#repeat 2000 tick');
    await expect
      .poll(async () => JSON.stringify((await there.call.agent.get(asked)).state.items), { timeout: 5_000 })
      .toContain('tick 3');
    const isHere = test.backend.runner.activeCount === 1;
    expect((await (isHere ? there : here).call.agent.stop(asked)).status).toBe('cancelled');
    await expect
      .poll(() => test.backend.runner.activeCount + other.runner.activeCount, { timeout: 1_000 })
      .toBe(0);
    await expect.poll(() => test.model.requests.at(-1)?.aborted).toBe(true);
    const texts = await Promise.all(
      [here, there].map(async (caller) => (await outcomeOf(caller, asked)).state.messages.at(-1)?.text),
    );
    expect(texts[0]).toMatch(/^tick 1 tick 2 tick 3/);
    expect(texts[1]).toBe(texts[0]);
  });
});
