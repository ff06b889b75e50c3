import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Budgets } from '../../config.ts';
import {
  callDelta,
  delta,
  finish,
  type Reply,
  says,
  startTestProvider,
  streamOf,
  type TestProvider,
} from '../../ports/provider-testing.ts';
import { createTestBackend } from '../../testing/test-backend.ts';
import { createTestCaller } from '../../testing/test-caller.ts';
import { createWorkshop, seen, untilAskedOnce } from '../hitl/hitl-testing.ts';
import { ask, dones, outcomeOf } from './agent-testing.ts';

const workshop = createWorkshop();
const { effects } = workshop;
let provider: TestProvider;
beforeAll(async () => {
  provider = await startTestProvider(streamOf(finish('stop')));
});
afterAll(async () => await provider[Symbol.asyncDispose]());

/** A model that calls `look` for ever, each time with something new. */
const restless = (): [Reply, ...Reply[]] => [
  calls(0),
  ...Array.from({ length: 20 }, (_, index) => calls(index + 1)),
];
const calls = (index: number, name = 'look'): Reply =>
  streamOf(
    delta({ content: 'x'.repeat(50) }),
    callDelta({ index: 0, id: `c${index}`, name, args: JSON.stringify({ to: `${index}` }) }),
    finish('tool_calls'),
  );

/** How a run with these limits ends. */
async function runWith(
  budgets: Partial<Budgets>,
  ...replies: [Reply, ...Reply[]]
): Promise<Awaited<ReturnType<typeof outcomeOf>>> {
  const model = { baseUrl: provider.url, apiKey: 'none', models: ['a-model'] as [string] };
  const rates = { 'a-model': { inputMicros: 1_000_000, outputMicros: 1_000_000 } };
  await using test = await createTestBackend({
    overrides: { tools: workshop.tools },
    config: { model, rates, budgets },
  });
  effects.splice(0);
  provider.script(...replies);
  const user = await createTestCaller(test.backend);
  const asked = await ask(user, 'go');
  const outcome = await outcomeOf(user, asked);
  expect(dones(outcome.events)).toHaveLength(1);
  const { db } = test.backend.database;
  const open = await db.selectFrom('usageEntries').select('runId').where('isSettled', '=', false).execute();
  expect(open).toEqual([]);
  return outcome;
}

describe('a run stops at its limit', () => {
  it.each<[string, Partial<Budgets>, { calls: number; effects: number }]>([
    ['steps', { runSteps: 5 }, { calls: 3, effects: 2 }],
    ['tool calls', { runToolCalls: 4 }, { calls: 4, effects: 4 }],
    ['bytes of output', { runOutputBytes: 130 }, { calls: 3, effects: 2 }],
    ['tokens', { runTokens: 2_000 }, { calls: 1, effects: 1 }],
    ['cost', { runCostMicros: 2_000 }, { calls: 1, effects: 1 }],
    ['tokens of the user', { userTokens: 2_000 }, { calls: 1, effects: 1 }],
    ['cost of the tenant', { tenantCostMicros: 2_000 }, { calls: 1, effects: 1 }],
  ])('of %s, says which, and makes no call more', async (_, budgets, expected) => {
    const { run } = await runWith(budgets, ...restless());
    expect(run).toMatchObject({ status: 'failed', error: { code: 'budget_exceeded', retryable: true } });
    expect({ calls: provider.requests.length, effects: effects.length }).toEqual(expected);
  });

  it('of tool calls in one answer that asks for more, and asks nobody about any of them', async () => {
    const flood = streamOf(
      ...Array.from({ length: 3_000 }, (_, index) =>
        callDelta({ index, id: `c${index}`, name: 'send', args: JSON.stringify({ to: `${index}` }) }),
      ),
      finish('tool_calls'),
    );
    const { run } = await runWith({}, flood);
    expect(run).toMatchObject({ status: 'failed', error: { code: 'budget_exceeded' } });
    expect(run.items.filter(({ kind }) => kind === 'approval')).toEqual([]);
    expect(effects).toEqual([]);
  });

  it('of working time, in mid-answer, and keeps what was said', async () => {
    const endless: Reply = (res) => {
      res.writeHead(200, { 'content-type': 'text/event-stream' });
      res.write(`data: ${JSON.stringify(delta({ content: 'so far' }))}\n\n`);
    };
    const { run, state } = await runWith({ runActiveMs: 700 }, endless);
    expect(run).toMatchObject({ status: 'failed', error: { code: 'budget_exceeded' } });
    expect(state.messages.at(-1)).toMatchObject({ text: 'so far', isComplete: false });
  });

  it('not while it waits for a person: that time is not its own', async () => {
    const model = { baseUrl: provider.url, apiKey: 'none', models: ['a-model'] as [string] };
    await using test = await createTestBackend({
      overrides: { tools: workshop.tools },
      config: { model, budgets: { runActiveMs: 60_000 } },
    });
    provider.script(calls(0, 'send'), says('done'));
    const user = await createTestCaller(test.backend);
    const asked = await ask(user, 'go');
    const approval = await untilAskedOnce(user, asked);
    const { db } = test.backend.database;
    // As if it had waited for a day: every instant that the run knows of is a day ago.
    const dayAgo = new Date(Date.now() - 86_400_000);
    await db
      .updateTable('runs')
      .set({ createdAt: dayAgo, startedAt: dayAgo })
      .where('id', '=', asked.runId)
      .execute();
    await user.call.hitl.approve(seen(approval));
    expect((await outcomeOf(user, asked)).run.status).toBe('completed');
    const row = await db
      .selectFrom('runs')
      .select('activeMs')
      .where('id', '=', asked.runId)
      .executeTakeFirstOrThrow();
    expect(row.activeMs).toBeLessThan(60_000);
  });
});
