import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { withSystemTransaction } from '../../db/transaction.ts';
import { createTestBackend, type TestBackend } from '../../testing/test-backend.ts';
import { createTestCaller, type TestCaller } from '../../testing/test-caller.ts';
import { createWorkshop, seen, untilAsked } from '../hitl/hitl-testing.ts';
import { ask, type Asked, dones, outcomeOf, statesOf } from './agent-testing.ts';
import { executeRun } from './execute-run.ts';
import { mortalNode } from './mortal-node-testing.ts';
import { claimRun } from './run-store.ts';
import type { Tool } from './tool.ts';

const never = new AbortController().signal;
/** What happens right after a tool took effect, before anybody is told. */
let afterEffect = (_tool: string): void => {};
const workshop = createWorkshop();
const { effects } = workshop;
for (const [name, risk, repeat] of [
  ['look', 'read', 'pure'],
  ['store', 'write', 'keyed'],
  ['send', 'external', 'once'],
  ['once', 'write', 'once'],
] as const) {
  const tool: Tool = workshop.make({ name, risk, repeat });
  workshop.replace({
    ...tool,
    async run(ctx, args) {
      const outcome = await tool.run(ctx, args);
      afterEffect(name);
      return outcome;
    },
  });
}

let test: TestBackend;
let user: TestCaller;
beforeAll(async () => {
  test = await createTestBackend({ isStarted: false, overrides: { tools: workshop.tools } });
  user = await createTestCaller(test.backend);
});
afterAll(async () => await test[Symbol.asyncDispose]());
beforeEach(() => {
  effects.splice(0);
  afterEffect = () => {};
});

/** Its lease runs out. */
const letLeaseRunOut = async ({ runId }: Asked): Promise<void> => {
  await withSystemTransaction(
    test.backend,
    async ({ db }) =>
      await db
        .updateTable('runs')
        .set({ leaseUntil: sql<Date>`clock_timestamp() - interval '1 s'` })
        .where('id', '=', runId)
        .where('status', '=', 'running')
        .execute(),
  );
};

const live = async ({ runId }: Asked): Promise<void> =>
  void (await executeRun(
    { ...test.backend, nodeId: 'a healthy node' },
    { runId, signal: never, drain: never },
  ));

const statusOf = async ({ runId }: Asked): Promise<string> => {
  const { db } = test.backend.database;
  return (await db.selectFrom('runs').select('status').where('id', '=', runId).executeTakeFirstOrThrow())
    .status;
};

/** What a careful person does: looks whether it happened before saying so. */
async function decide(asked: Asked): Promise<void> {
  for (const approval of await untilAsked(user, asked)) {
    const hasHappened = effects.some(({ tool }) => tool === approval.toolName);
    if (approval.kind !== 'unknown') await user.call.hitl.approve(seen(approval));
    else if (hasHappened) await user.call.hitl.respond({ ...seen(approval), answer: 'it was done' });
    else await user.call.hitl.approve(seen(approval));
  }
}

const SCRIPT =
  '#say first\n#tool look {"to":"it"}\n#say second\n#tool store {"to":"here"}\n#tool send {"to":"ann"}\n#say all done';

/** Whatever happened to its first owner, the run must come out as if nothing had. */
async function finishAndCheck(asked: Asked): Promise<void> {
  await letLeaseRunOut(asked);
  for (let round = 0; round < 6; round++) {
    const status = await statusOf(asked);
    if (status === 'completed') break;
    if (status === 'waiting') await decide(asked);
    else await live(asked);
  }
  const { events, run, state } = await outcomeOf(user, asked);
  expect(run).toMatchObject({ status: 'completed', error: null });
  expect(dones(events)).toHaveLength(1);
  expect(state.messages.slice(1).map(({ text, isComplete }) => [text, isComplete])).toEqual([
    ['first', true],
    ['second', true],
    ['all done', true],
  ]);
  expect(effects.filter(({ tool }) => tool === 'send')).toHaveLength(1);
  for (const tool of ['look', 'store']) {
    const keys = effects.filter((effect) => effect.tool === tool).map(({ key }) => key);
    expect(keys.length).toBeGreaterThanOrEqual(1);
    expect(keys.length).toBeLessThanOrEqual(2);
    expect(new Set(keys).size).toBe(1);
  }
  expect(statesOf(events, asked.runId).at(-1)?.items).toEqual(run.items);
  const fences = await test.backend.database.db
    .selectFrom('events')
    .select('seq')
    .where('streamId', '=', asked.conversationId)
    .orderBy('seq')
    .execute();
  expect(fences.map(({ seq }) => seq)).toEqual(fences.map((_, index) => index + 1));
}

describe('a run whose owner is killed', () => {
  it('after any of its commits is taken up there: nothing is lost, said or done twice', async () => {
    let total = Number.POSITIVE_INFINITY;
    for (let last = 1; last <= total; last++) {
      effects.splice(0);
      const asked = await ask(user, SCRIPT);
      const node = mortalNode(test.backend, last);
      const { core, signal } = node;
      await executeRun(core, { runId: asked.runId, signal, drain: never });
      // The first owner lives until the person is asked; then the one who takes it up after the decision is mortal.
      if ((await statusOf(asked)) === 'waiting' && !signal.aborted) {
        await decide(asked);
        await executeRun(core, { runId: asked.runId, signal, drain: never });
      }
      if (!signal.aborted) total = node.commits;
      await finishAndCheck(asked);
    }
    expect(total).toBeGreaterThan(10);
    expect(total).toBeLessThan(60);
  }, 120_000);

  it.each(['look', 'store', 'send'])('right after %s took effect is taken up there', async (tool) => {
    const asked = await ask(user, SCRIPT);
    const node = mortalNode(test.backend, Number.POSITIVE_INFINITY);
    const { core, signal } = node;
    afterEffect = (name) => {
      if (name === tool && !signal.aborted) node.die();
    };
    await executeRun(core, { runId: asked.runId, signal, drain: never });
    if (!signal.aborted) {
      await decide(asked);
      await executeRun(core, { runId: asked.runId, signal, drain: never });
    }
    expect(signal.aborted).toBe(true);
    await finishAndCheck(asked);
  });
});

describe('a call that must not be made twice, of which nobody knows whether it was', () => {
  /** The owner dies in mid-call, and the next one asks. */
  async function unknown(script: string): Promise<Asked> {
    const asked = await ask(user, script);
    const node = mortalNode(test.backend, Number.POSITIVE_INFINITY);
    const { core, signal } = node;
    afterEffect = () => void (signal.aborted || node.die());
    await executeRun(core, { runId: asked.runId, signal, drain: never });
    expect(signal.aborted).toBe(true);
    afterEffect = () => {};
    await letLeaseRunOut(asked);
    await live(asked);
    return asked;
  }
  const ONCE = '#tool once {"to":"ann"}\n#say so be it';
  const toldOf = (): string =>
    test.model.requests.at(-1)?.messages.findLast(({ role }) => role === 'tool')?.content ?? '';

  it('is shown as unknown and asked of the owner, with no choice to edit', async () => {
    const asked = await unknown(ONCE);
    const [approval] = await untilAsked(user, asked);
    expect(approval).toMatchObject({
      kind: 'unknown',
      toolName: 'once',
      allowed: ['approve', 'respond', 'reject'],
    });
    const { state } = await user.call.agent.get(asked);
    expect(state.items).toContainEqual(expect.objectContaining({ kind: 'tool', status: 'unknown' }));
    expect(effects).toHaveLength(1);
    await user.call.agent.stop(asked);
  });

  it.each([
    ['approve', 2, '{"to":"ann","did":"once"}'],
    ['respond', 1, '{"answer":"it was done"}'],
    ['reject', 1, 'It is not known whether this took effect'],
  ] as const)('goes on when the person says %s: executed %i times in all', async (choice, times, told) => {
    const asked = await unknown(ONCE);
    const [approval] = await untilAsked(user, asked);
    if (approval === undefined) throw new Error('nothing was asked');
    if (choice === 'approve') await user.call.hitl.approve(seen(approval));
    if (choice === 'reject') await user.call.hitl.reject(seen(approval));
    if (choice === 'respond') await user.call.hitl.respond({ ...seen(approval), answer: 'it was done' });
    await live(asked);
    expect((await outcomeOf(user, asked)).run.status).toBe('completed');
    expect(effects).toHaveLength(times);
    expect(toldOf()).toContain(told);
  });
});

describe('poison', () => {
  it('is a run that kills five owners without a step: the sixth ends it, and says why', async () => {
    const asked = await ask(user, '#say never said');
    for (let claim = 1; claim <= 5; claim++) {
      const { core, signal } = mortalNode(test.backend, 1);
      await executeRun(core, { runId: asked.runId, signal, drain: never });
      expect(await statusOf(asked)).toBe('running');
      await letLeaseRunOut(asked);
    }
    await live(asked);
    const { run, events } = await outcomeOf(user, asked);
    expect(run).toMatchObject({ status: 'failed', error: { code: 'poison', retryable: true } });
    expect(dones(events)).toHaveLength(1);
  });

  it('is not a run that gets one step further each time', async () => {
    const asked = await ask(user, `${'#tool look {"to":"it"}\n'.repeat(2)}#tool store {"to":"x"}\n#say done`);
    for (let claim = 0; claim < 4; claim++) {
      const run = await withSystemTransaction(
        test.backend,
        async ({ db }) => await claimRun(db, { runId: asked.runId, owner: 'a dead node' }),
      );
      expect(run).toBeDefined();
      await letLeaseRunOut(asked);
    }
    // Four claims without progress; the fifth makes some, so the counting begins anew.
    const node = mortalNode(test.backend, 8);
    await executeRun(node.core, { runId: asked.runId, signal: node.signal, drain: never });
    await letLeaseRunOut(asked);
    await live(asked);
    expect((await outcomeOf(user, asked)).run.status).toBe('completed');
  });
});
