import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { BackendConfig } from '../../config.ts';
import { createTestBackend, type TestBackend } from '../../testing/test-backend.ts';
import { callerOn, createTestCaller } from '../../testing/test-caller.ts';
import { createTestDatabase } from '../../testing/test-database.ts';
import { ask, dones, outcomeOf } from '../agent/agent-testing.ts';
import { createWorkshop, seen, untilAsked, untilAskedOnce } from './hitl-testing.ts';

/** A database that outlives the backends on it. */
async function lastingDatabase(): Promise<{ database: BackendConfig['database'] } & AsyncDisposable> {
  if (process.env.AURA_TEST_DATABASE_URL !== undefined) return await createTestDatabase();
  const folder = await mkdtemp(join(tmpdir(), 'aura-restart-'));
  return {
    database: { kind: 'pglite', dataDir: join(folder, 'data') },
    [Symbol.asyncDispose]: async () => await rm(folder, { recursive: true, force: true }),
  };
}

it('what a person is asked outlives every node: decided after a restart, it is executed once, where it stood', async () => {
  await using lasting = await lastingDatabase();
  const workshop = createWorkshop();
  const node = async (): Promise<TestBackend> =>
    await createTestBackend({ config: { database: lasting.database }, overrides: { tools: workshop.tools } });
  const first = await node();
  const before = await createTestCaller(first.backend);
  const asked = await ask(
    before,
    '#say let me\n#tool look {"to":"it"}\n#tool send {"to":"ann"}\n#say so be it',
  );
  const question = await ask(before, '#tool ask_user {"question":"Which?"}\n#say thanks');
  const approval = await untilAskedOnce(before, asked);
  await untilAsked(before, question);
  await first[Symbol.asyncDispose]();

  await using second = await node();
  const user = callerOn(second.backend, before.ctx.caller);
  expect(await untilAskedOnce(user, asked)).toEqual(approval);
  expect((await user.call.hitl.list({})).approvals).toHaveLength(2);
  expect(second.model.requests).toHaveLength(0);
  await user.call.hitl.approve(seen(approval));
  const [answer] = await untilAsked(user, question);
  if (answer === undefined) throw new Error('nothing was asked');
  await user.call.hitl.respond({ ...seen(answer), answer: 'this one' });
  const { run, events, state } = await outcomeOf(user, asked);
  expect(run.status).toBe('completed');
  expect(dones(events)).toHaveLength(1);
  expect(state.messages.map(({ text }) => text).slice(1)).toEqual(['let me', 'so be it']);
  expect(workshop.effects.map(({ tool }) => tool)).toEqual(['look', 'send']);
  expect((await outcomeOf(user, question)).run.status).toBe('completed');
  const told = second.model.requests.flatMap(({ messages }) =>
    messages.findLast(({ role }) => role === 'tool'),
  );
  expect(told.map((message) => message?.content)).toEqual(
    expect.arrayContaining(['{"to":"ann","did":"send"}', '{"answer":"this one"}']),
  );
});
