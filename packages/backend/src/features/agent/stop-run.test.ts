import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createTestBackend, type TestBackend } from '../../testing/test-backend.ts';
import { createTestCaller, type TestCaller } from '../../testing/test-caller.ts';
import { expectConverges } from '../../testing/conversations.ts';
import { ask, type Asked, createTestClock, dones, outcomeOf } from './agent-testing.ts';
import { builtInTools } from './built-in-tools.ts';
import { defineTool } from './tool.ts';
import { createToolRegistry } from './tool-registry.ts';

const clock = createTestClock();
let started = 0;
let release = (): void => {};
/** Runs until it is released, whatever its signal says. */
const held = defineTool({
  name: 'held',
  description: 'Waits.',
  risk: 'read',
  repeat: 'pure',
  input: z.object({}),
  async run() {
    started++;
    await new Promise<void>((resolve) => {
      release = resolve;
    });
    return { result: 'released' };
  },
});

let test: TestBackend;
let user: TestCaller;
beforeAll(async () => {
  test = await createTestBackend({
    overrides: { clock, tools: createToolRegistry([...builtInTools, held]) },
  });
  user = await createTestCaller(test.backend);
});
afterAll(async () => await test[Symbol.asyncDispose]());
afterEach(() => {
  clock.isHeld = false;
  clock.waits.length = 0;
  started = 0;
});

const untilSaid = async ({ runId }: Asked, text: string): Promise<void> =>
  await expect
    .poll(async () => JSON.stringify((await user.call.agent.get({ runId })).state.items), { timeout: 5_000 })
    .toContain(text);

/** Stops and checks what must hold whenever a run is stopped: at once, one end, and the conversation is free. */
async function stopAndCheck(asked: Asked): Promise<Awaited<ReturnType<typeof outcomeOf>>> {
  const before = performance.now();
  expect((await user.call.agent.stop({ runId: asked.runId })).status).toBe('cancelled');
  const outcome = await outcomeOf(user, asked);
  expect(outcome.run).toMatchObject({ status: 'cancelled', error: null });
  expect(dones(outcome.events)).toHaveLength(1);
  await expect.poll(() => test.backend.runner.activeCount).toBe(0);
  expect(performance.now() - before).toBeLessThan(1_000);
  expect(outcome.state.conversation.activeRunId).toBeNull();
  await outcomeOf(user, await ask(user, '#say free again', asked));
  return outcome;
}

describe('agent.stop', () => {
  it('answers for a run of somebody else exactly as for one that does not exist', async () => {
    const stranger = await createTestCaller(test.backend);
    const { runId } = await ask(user, '#say hi');
    const attempt = async (id: string): Promise<unknown> =>
      await stranger.call.agent.stop({ runId: id }).catch((err: unknown) => String(err));
    expect(await attempt(runId)).toEqual(await attempt(randomUUID()));
  });

  it('stops while the model is streaming, keeps the words and closes the provider’s socket', async () => {
    const asked = await ask(user, '#delay 10\n#repeat 2000 tick');
    await untilSaid(asked, 'tick 3');
    const { state } = await stopAndCheck(asked);
    expect(state.messages[1]).toMatchObject({ role: 'assistant', isComplete: false });
    expect(state.messages[1]?.text).toMatch(/^tick 1 tick 2 tick 3/);
    const request = test.model.requests.find(({ messages }) =>
      messages.at(-1)?.content.includes('2000 tick'),
    );
    await expect.poll(() => request?.aborted, { timeout: 1_000 }).toBe(true);
  });

  it('stops while the model is silent', async () => {
    const asked = await ask(user, '#fail silence 9\n#say late');
    const before = test.model.requests.length;
    await expect.poll(() => test.model.requests.length).toBeGreaterThanOrEqual(before);
    await stopAndCheck(asked);
    await expect.poll(() => test.model.requests.find((request) => request.aborted)).toBeDefined();
  });

  it('stops in the pause before another attempt, and keeps what the lost one said', async () => {
    clock.isHeld = true;
    const asked = await ask(user, '#say lost words\n#fail cut 9\n#say never said');
    await expect.poll(() => clock.waits.length).toBe(1);
    const { state } = await stopAndCheck(asked);
    expect(state.messages[1]).toMatchObject({
      text: expect.stringMatching(/^lost words/),
      isComplete: false,
    });
  });

  it('stops during a tool that does not listen; what the tool says then is not heard, and no other is started', async () => {
    const asked = await ask(user, '#say I wait\n#tool held {}\n#tool held {}\n#say never said');
    await expect.poll(() => started).toBe(1);
    const { state, run } = await stopAndCheck(asked);
    release();
    expect(state.messages.map((message) => message.text)).toEqual([expect.any(String), 'I wait']);
    expect(run.items).toMatchObject([{ kind: 'text' }, { kind: 'tool', status: 'started' }]);
    expect((await user.call.agent.get({ runId: asked.runId })).state).toEqual(run);
    expect(started).toBe(1);
  });

  it('changes nothing when the run has ended, and says how it ended', async () => {
    const asked = await ask(user, '#say done');
    const { events } = await outcomeOf(user, asked);
    expect((await user.call.agent.stop({ runId: asked.runId })).status).toBe('completed');
    expect((await outcomeOf(user, asked)).events).toEqual(events);
  });

  it('wins or loses against completion, never both: fifty races, one end each', async () => {
    const { conversation } = await user.call.conversation.create({ clientId: randomUUID() });
    const conversationId = conversation.id;
    for (let round = 0; round < 50; round++) {
      const before = test.model.requests.length;
      const asked = await ask(user, `#repeat ${1 + (round % 5)} word`, { conversationId });
      // Half of the races begin when the model has been asked already, so that both sides win some.
      const isLate = round % 2 === 1;
      await expect
        .poll(() => !isLate || test.model.requests.length > before, { interval: 2, timeout: 5_000 })
        .toBe(true);
      const answers = await Promise.all(
        Array.from(
          { length: 1 + (round % 3) },
          async () => await user.call.agent.stop({ runId: asked.runId }),
        ),
      );
      const { events, run } = await outcomeOf(user, asked);
      expect(dones(events)).toHaveLength(1);
      expect(events.at(-1)?.type).toBe('done');
      expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([run.status]));
    }
    const { state } = await user.call.conversation.get({ conversationId });
    expect(state.conversation.activeRunId).toBeNull();
  });

  it('converges while it streams, and after', async () => {
    const { conversation } = await user.call.conversation.create({ clientId: randomUUID() });
    await expectConverges(user, conversation.id, async () => {
      const asked = await ask(user, '#delay 10\n#repeat 2000 tick', { conversationId: conversation.id });
      await untilSaid(asked, 'tick 3');
      await user.call.agent.stop({ runId: asked.runId });
      await outcomeOf(user, asked);
    });
  });

  it('is what deleting a conversation does to its run', async () => {
    const asked = await ask(user, '#delay 10\n#repeat 2000 tock');
    await untilSaid(asked, 'tock 3');
    await user.call.conversation.delete({ conversationId: asked.conversationId });
    await expect.poll(() => test.backend.runner.activeCount, { timeout: 1_000 }).toBe(0);
    await expect(user.call.agent.get({ runId: asked.runId })).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(user.call.agent.stop({ runId: asked.runId })).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect((await user.call.agent.list({ conversationId: asked.conversationId })).runs).toEqual([]);
    await expect.poll(() => test.model.requests.at(-1)?.aborted).toBe(true);
  });
});
