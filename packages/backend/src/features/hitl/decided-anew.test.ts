import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createTestBackend, type TestBackend } from '../../testing/test-backend.ts';
import { createTestCaller, createTestTenant, type TestCaller } from '../../testing/test-caller.ts';
import { ask, createTestClock, outcomeOf } from '../agent/agent-testing.ts';
import { executeRun } from '../agent/execute-run.ts';
import { mortalNode } from '../agent/mortal-node-testing.ts';
import type { Tool } from '../agent/tool.ts';
import type { ToolRegistry } from '../agent/tool-registry.ts';
import { createWorkshop, refusalOf, seen, untilAskedOnce } from './hitl-testing.ts';

const never = new AbortController().signal;

describe('a call of unknown outcome', () => {
  const workshop = createWorkshop();
  let afterEffect = (): void => {};
  const send: Tool = workshop.make({ name: 'send', risk: 'external', repeat: 'once' });
  workshop.replace({
    ...send,
    async run(ctx, args) {
      const outcome = await send.run(ctx, args);
      afterEffect();
      return outcome;
    },
  });
  let test: TestBackend;
  beforeAll(async () => {
    test = await createTestBackend({ isStarted: false, overrides: { tools: workshop.tools } });
  });
  afterAll(async () => await test[Symbol.asyncDispose]());

  it('is made again only by those whom the policy asks about making it', async () => {
    const tenantId = await createTestTenant(test.backend);
    const admin = await createTestCaller(test.backend, { tenantId, role: 'admin' });
    const user = await createTestCaller(test.backend, { tenantId });
    const approvers = { kind: 'role', role: 'admin' } as const;
    await admin.call.hitl.setPolicy({ version: 0, rules: [{ tools: ['send'], action: 'ask', approvers }] });
    const asked = await ask(user, '#tool send {"to":"ann"}');
    const { runId } = asked;
    const node = mortalNode(test.backend, Infinity);
    await executeRun(node.core, { runId, signal: node.signal, drain: never });
    const first = await untilAskedOnce(user, asked);
    await admin.call.hitl.approve(seen(first));
    afterEffect = () => node.die();
    await executeRun(node.core, { runId, signal: node.signal, drain: never }).catch(() => {});
    afterEffect = () => {};
    const over = sql<Date>`clock_timestamp() - interval '1 s'`;
    await test.backend.database.db
      .updateTable('runs')
      .set({ leaseUntil: over })
      .where('id', '=', runId)
      .execute();
    await executeRun(test.backend, { runId, signal: never, drain: never });
    const again = await untilAskedOnce(user, asked, [first]);
    expect(again).toMatchObject({ kind: 'unknown', approvers });
    expect((await refusalOf(user.call.hitl.approve(seen(again)))).code).toBe('FORBIDDEN');
    expect(workshop.effects).toHaveLength(1);
    await admin.call.hitl.respond({ ...seen(again), answer: 'it was sent' });
    await executeRun(test.backend, { runId, signal: never, drain: never });
    expect((await outcomeOf(user, asked)).run.status).toBe('completed');
    expect(workshop.effects).toHaveLength(1);
  });
});

describe('an approved call whose tool is away', () => {
  const workshop = createWorkshop();
  /** So many looks do not find it. */
  let awayFor = 0;
  const tools: ToolRegistry = {
    async of(tenantId) {
      if (awayFor === 0) return await workshop.tools.of(tenantId);
      awayFor -= 1;
      return { all: [], find: () => undefined };
    },
  };
  let test: TestBackend;
  let user: TestCaller;
  beforeAll(async () => {
    test = await createTestBackend({ overrides: { tools, clock: createTestClock() } });
    user = await createTestCaller(test.backend);
  });
  afterAll(async () => await test[Symbol.asyncDispose]());
  beforeEach(() => {
    awayFor = 0;
    workshop.effects.splice(0);
  });

  it('is made when it comes back: a server that starts slowly does not use up what a person decided', async () => {
    const asked = await ask(user, '#tool send {"to":"ann"}');
    const approval = await untilAskedOnce(user, asked);
    awayFor = 5;
    await user.call.hitl.approve(seen(approval));
    expect((await outcomeOf(user, asked)).run.status).toBe('completed');
    expect(workshop.effects).toHaveLength(1);
  });

  it('comes to nothing when it stays away, and the model is told so', async () => {
    const asked = await ask(user, '#tool send {"to":"ann"}');
    const approval = await untilAskedOnce(user, asked);
    awayFor = Infinity;
    await user.call.hitl.approve(seen(approval));
    const { run } = await outcomeOf(user, asked);
    expect(run).toMatchObject({ status: 'completed' });
    expect(run.items.findLast(({ kind }) => kind === 'tool')).toMatchObject({
      status: 'failed',
      error: expect.stringContaining('cannot be reached now'),
    });
    expect(workshop.effects).toEqual([]);
  });
});
