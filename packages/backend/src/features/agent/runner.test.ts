import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { withSystemTransaction, withTransaction } from '../../db/transaction.ts';
import { FencedError } from '../../realtime/group-writer.ts';
import { createTestBackend, type TestBackend } from '../../testing/test-backend.ts';
import { createTestCaller, type TestCaller } from '../../testing/test-caller.ts';
import { ask, type Asked, dones, outcomeOf } from './agent-testing.ts';
import { executeRun } from './execute-run.ts';
import { prepareModelCall } from './prepare-model-call.ts';
import { NO_PAST } from './read-run-past.ts';
import { RunSession } from './run-session.ts';
import { claimRun, findAbandonedRuns, findLostRuns, findQueuedRuns, renewLeases } from './run-store.ts';

const never = new AbortController().signal;
let test: TestBackend;
let user: TestCaller;
beforeAll(async () => {
  test = await createTestBackend({ isStarted: false });
  user = await createTestCaller(test.backend);
});
afterAll(async () => await test[Symbol.asyncDispose]());

const system = async <T>(work: Parameters<typeof withSystemTransaction<T>>[1]): Promise<T> =>
  await withSystemTransaction(test.backend, work);

/** Claims a run for an owner of which nothing more is heard once it has said this. */
async function claimAndDie({ runId }: Asked, said: string, leaseMs = -1_000): Promise<RunSession> {
  const run = await withTransaction(
    user.ctx,
    async ({ db }) => await claimRun(db, { runId, owner: 'a dead node' }),
  );
  if (run === undefined) throw new Error('the run was not queued');
  const session = new RunSession(test.backend, { run, past: NO_PAST }, { signal: never, drain: never });
  const { messageId } = await prepareModelCall(session);
  const data = { messageId, attempt: 1, offset: 0, delta: said };
  await session.say([
    { type: 'run_started', runId, data: { startedAt: new Date().toISOString() } },
    { type: 'content_delta', runId, data },
  ]);
  await system(
    async ({ db }) =>
      await db
        .updateTable('runs')
        .set({ leaseUntil: sql<Date>`clock_timestamp() + make_interval(secs => ${leaseMs / 1_000})` })
        .where('id', '=', runId)
        .execute(),
  );
  return session;
}

/** What another node does when it claims the run. */
const steal = async ({ runId }: Asked): Promise<unknown> =>
  await system(
    async ({ db }) =>
      await db
        .updateTable('runs')
        .set((eb) => ({ owner: 'another node', fence: eb('fence', '+', 1) }))
        .where('id', '=', runId)
        .execute(),
  );

const headOf = async ({ conversationId }: Asked): Promise<string> =>
  (await user.call.conversation.get({ conversationId })).cursor;

describe('before the runner has started', () => {
  it('leaves runs queued', async () => {
    const asked = await ask(user, '#say hi');
    expect((await user.call.agent.get(asked)).state.status).toBe('queued');
    expect((await user.call.agent.stop(asked)).status).toBe('cancelled');
  });

  it('executes a run once, however many want to', async () => {
    const asked = await ask(user, '#tool clock_now {}\n#say once');
    await Promise.all(
      Array.from(
        { length: 5 },
        async (_, index) =>
          await executeRun(
            { ...test.backend, nodeId: `node ${index}` },
            { runId: asked.runId, signal: never, drain: never },
          ),
      ),
    );
    const { events, run } = await outcomeOf(user, asked);
    expect(events.filter(({ type }) => type === 'run_started')).toHaveLength(1);
    expect(dones(events)).toHaveLength(1);
    expect(run.status).toBe('completed');
    expect(test.model.requests).toHaveLength(2);
  });

  it('gives everybody their turn: one user’s many runs do not keep another’s first one waiting', async () => {
    const busy = await createTestCaller(test.backend);
    const late = await createTestCaller(test.backend);
    const asked: Asked[] = [];
    for (let index = 0; index < 4; index++) asked.push(await ask(busy, '#say much'));
    const first = await ask(late, '#say first');
    const second = await ask(late, '#say second');
    const runIds = asked.map(({ runId }) => runId);
    const queued = await system(async ({ db }) => await findQueuedRuns(db, 100));
    expect(queued).toEqual([runIds[0], first.runId, runIds[1], second.runId, runIds[2], runIds[3]]);

    await system(async ({ db }) => await claimRun(db, { runId: runIds[3] ?? '', owner: 'a node' }));
    const next = await system(async ({ db }) => await findQueuedRuns(db, 1));
    expect(next).toEqual([first.runId]);
    for (const runId of runIds) await busy.call.agent.stop({ runId });
    for (const { runId } of [first, second]) await late.call.agent.stop({ runId });
  });

  it('leaves a run queued when the node is stopping already', async () => {
    const asked = await ask(user, '#say later');
    await executeRun(test.backend, { runId: asked.runId, signal: never, drain: AbortSignal.abort() });
    expect((await user.call.agent.get(asked)).state.status).toBe('queued');
    await user.call.agent.stop(asked);
  });

  it('never executes a run that was stopped while it was queued', async () => {
    const before = test.model.requests.length;
    const asked = await ask(user, '#say never');
    await user.call.agent.stop(asked);
    await executeRun(test.backend, { runId: asked.runId, signal: never, drain: never });
    const { run, events } = await outcomeOf(user, asked);
    expect(run).toMatchObject({ status: 'cancelled', items: [] });
    expect(dones(events)).toHaveLength(1);
    expect(test.model.requests).toHaveLength(before);
  });

  it('fences an owner whose claim is gone: nothing it writes late takes effect', async () => {
    const asked = await ask(user, '#say hi');
    const stale = await claimAndDie(asked, 'partial');
    const head = await headOf(asked);
    await steal(asked);
    const { runId } = asked;
    const late = { messageId: randomUUID(), attempt: 1, offset: 0, delta: 'late' };
    await expect(stale.say([{ type: 'content_delta', runId, data: late }])).rejects.toThrow(FencedError);
    await expect(
      stale.checkpoint([{ kind: 'model', text: 'late', toolCalls: [], usage: null }], []),
    ).rejects.toThrow(FencedError);
    await expect(stale.end({ status: 'completed', error: null })).rejects.toThrow(FencedError);
    expect(await headOf(asked)).toBe(head);
    expect((await user.call.agent.get(asked)).state.status).toBe('running');
    await user.call.agent.stop(asked);
    await expect(stale.say([{ type: 'content_delta', runId, data: late }])).rejects.toThrow(FencedError);
  });
});

describe('leases', () => {
  const owner = 'this node';
  const lostOf = async (runIds: string[]): Promise<string[]> =>
    await system(async ({ db }) => await findLostRuns(db, { owner, runIds }));

  it('are lost when the run has ended or is another’s, not while it waits or was claimed just now', async () => {
    const [waiting, claimed, stolen, ended] = [
      await ask(user, '#say a'),
      await ask(user, '#say b'),
      await ask(user, '#say c'),
      await ask(user, '#say d'),
    ];
    const runIds = [waiting, claimed, stolen, ended].map(({ runId }) => runId);
    const held = await system(async ({ db }) => await renewLeases(db, { owner, runIds }));
    expect(held).toEqual([]);
    await withTransaction(user.ctx, async ({ db }) => {
      await claimRun(db, { runId: claimed.runId, owner });
      await claimRun(db, { runId: stolen.runId, owner: 'another node' });
    });
    await user.call.agent.stop(ended);
    expect(new Set(await lostOf(runIds))).toEqual(new Set([stolen.runId, ended.runId]));
    expect(await system(async ({ db }) => await renewLeases(db, { owner, runIds }))).toEqual([claimed.runId]);
    for (const asked of [waiting, claimed, stolen]) await user.call.agent.stop(asked);
  });

  it('that ran out come before all that is queued', async () => {
    const queued = [await ask(user, '#say a'), await ask(user, '#say b'), await ask(user, '#say c')];
    const dead = await ask(user, '#say d');
    await claimAndDie(dead, 'partial');
    const due = await system(async ({ db }) => await findAbandonedRuns(db, 2));
    expect(due[0]).toBe(dead.runId);
    for (const asked of [...queued, dead]) await user.call.agent.stop(asked);
  });
});

describe('the runner', () => {
  it('takes up what dead owners left when it starts, and one broken run does not keep it from the others', async () => {
    const broken = await ask(user, '#say broken');
    await claimAndDie(broken, 'partial');
    const dead = await ask(user, '#say hi');
    await claimAndDie(dead, 'what it had said');
    const dying = await ask(user, '#say bye');
    await claimAndDie(dying, 'its last words', 500);
    const queued = await ask(user, '#say at last');
    // Whatever is appended to this stream collides with what is there.
    await system(
      async ({ db }) =>
        await db.updateTable('streams').set({ head: 0 }).where('id', '=', broken.conversationId).execute(),
    );
    const startedAt = performance.now();
    await test.backend.start();
    const { run, state, events } = await outcomeOf(user, dead);
    expect(run).toMatchObject({ status: 'completed', error: null });
    expect(dones(events)).toHaveLength(1);
    expect(run.items).toMatchObject([{ kind: 'text', text: 'hi', attempt: 2, isFinal: true }]);
    expect(state.messages.at(-1)).toMatchObject({ text: 'hi', isComplete: true });
    expect(state.conversation.activeRunId).toBeNull();
    expect((await outcomeOf(user, queued)).run.status).toBe('completed');
    const late = await outcomeOf(user, dying);
    expect(late.run.status).toBe('completed');
    expect(late.state.messages.at(-1)?.text).toBe('bye');
    expect(performance.now() - startedAt).toBeLessThan(3_000);
  });

  it('gives up a run that was taken from it, in mid-stream and in silence', async () => {
    for (const script of ['#delay 10\n#repeat 2000 tick', '#fail silence 9\n#say late']) {
      const before = test.model.requests.length;
      const asked = await ask(user, script);
      await expect.poll(() => test.model.requests.length, { timeout: 5_000 }).toBe(before + 1);
      await steal(asked);
      await expect.poll(() => test.model.requests.at(-1)?.aborted, { timeout: 3_000 }).toBe(true);
      expect((await user.call.agent.get(asked)).state.status).toBe('running');
      await user.call.agent.stop(asked);
    }
  });

  it('renews the lease of a run that takes longer than a lease', async () => {
    const asked = await ask(user, '#delay 20\n#repeat 2000 tick');
    const leaseOf = async (): Promise<number> =>
      await system(
        async ({ db }) =>
          (
            await db
              .selectFrom('runs')
              .select('leaseUntil')
              .where('id', '=', asked.runId)
              .executeTakeFirstOrThrow()
          ).leaseUntil?.getTime() ?? 0,
      );
    await expect.poll(leaseOf).toBeGreaterThan(0);
    const first = await leaseOf();
    await expect.poll(leaseOf, { timeout: 3_000 }).toBeGreaterThan(first);
    await user.call.agent.stop(asked);
  });

  it('that stops gives its runs back at once, for others to take up, and leaves those of others alone', async () => {
    const asked = await ask(user, '#delay 10\n#repeat 2000 tick');
    await expect
      .poll(async () => JSON.stringify((await user.call.agent.get(asked)).state.items), { timeout: 5_000 })
      .toContain('tick 3');
    const requests = test.model.requests.length;
    const stolen = await ask(user, '#fail silence 9\n#say late');
    await expect.poll(() => test.model.requests.length, { timeout: 5_000 }).toBe(requests + 1);
    await steal(stolen);
    const before = performance.now();
    await test.backend.runner[Symbol.asyncDispose]();
    expect(performance.now() - before).toBeLessThan(1_000);
    expect(test.backend.runner.activeCount).toBe(0);
    expect(await system(async ({ db }) => await findQueuedRuns(db, 10))).toContain(asked.runId);
    expect((await user.call.agent.get(stolen)).state.status).toBe('running');
  });
});
