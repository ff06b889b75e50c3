import { setTimeout } from 'node:timers/promises';
import {
  applyRunFeedEvent,
  formatCursor,
  parseCursor,
  type RunFeedEvent,
  type RunState,
} from '@aura/contract';
import { isTrackedEnvelope } from '@trpc/server';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestBackend, type TestBackend } from '../../testing/test-backend.ts';
import { createTestCaller, type TestCaller } from '../../testing/test-caller.ts';
import { ask, outcomeOf } from './agent-testing.ts';
import { runEvents } from './run-events.ts';

let test: TestBackend;
let user: TestCaller;
beforeAll(async () => {
  test = await createTestBackend();
  user = await createTestCaller(test.backend);
});
afterAll(async () => await test[Symbol.asyncDispose]());

/** The whole feed, which ends by itself. */
async function follow(runId: string, lastEventId?: string): Promise<RunFeedEvent[]> {
  const events: RunFeedEvent[] = [];
  const signal = AbortSignal.timeout(10_000);
  for await (const envelope of await runEvents(user.ctx, { runId, lastEventId }, signal)) {
    if (isTrackedEnvelope(envelope)) events.push(envelope[1]);
  }
  signal.throwIfAborted();
  return events;
}

describe('agent.events', () => {
  it('tells of this run alone, from its beginning, and ends with it', async () => {
    const first = await ask(user, '#say one');
    await outcomeOf(user, first);
    const second = await ask(user, '#think hm\n#plan A | B\n#delay 2\n#repeat 50 word', first);
    const [live, run] = [await follow(second.runId), (await outcomeOf(user, second)).run];
    expect(live[0]?.type).toBe('run_created');
    expect(live.at(-1)?.type).toBe('done');
    expect(live.every((event) => event.type === 'reset' || event.runId === second.runId)).toBe(true);
    await outcomeOf(user, await ask(user, '#say three', first));
    expect(await follow(second.runId)).toEqual(live);
    const { state } = await user.call.agent.get(second);
    expect(state).toEqual(run);
    const [created, ...rest] = live;
    if (created?.type !== 'run_created') throw new Error('it began otherwise');
    const blank: RunState = { ...created.data.run, items: [], timeline: [], usage: null };
    expect(rest.reduce(applyRunFeedEvent, blank)).toEqual(state);
  });

  it('leads from every snapshot to the same state', async () => {
    const asked = await ask(user, '#think hm\n#plan A | B\n#tool clock_now {}\n#delay 2\n#repeat 50 word');
    const snapshots = [await user.call.agent.get(asked)];
    while (snapshots.at(-1)?.state.endedAt === null) {
      // The embedded database answers without letting anything else happen.
      await setTimeout(5);
      snapshots.push(await user.call.agent.get(asked));
    }
    const { state: fresh } = await user.call.agent.get(asked);
    for (const { state, cursor } of snapshots) {
      expect((await follow(asked.runId, cursor)).reduce(applyRunFeedEvent, state)).toEqual(fresh);
    }
  });

  it('has nothing more to say to a reader that has seen the end, and starts afresh when a cursor is of no use', async () => {
    const asked = await ask(user, '#say hi');
    await outcomeOf(user, asked);
    const { state, cursor } = await user.call.agent.get(asked);
    expect(await follow(asked.runId, cursor)).toEqual([]);
    const { epoch } = parseCursor(cursor) ?? { epoch: '' };
    for (const lastEventId of ['nonsense', 'v1.00000000.1', formatCursor({ epoch, seq: 99_999 })]) {
      expect(await follow(asked.runId, lastEventId)).toMatchObject([{ type: 'reset', data: { state } }]);
    }
  });
});

describe('agent.models and agent.tools', () => {
  it('tell what is offered here', async () => {
    const guest = await createTestCaller(test.backend, { role: 'guest' });
    expect(await guest.call.agent.models()).toEqual([
      { id: 'aura-offline', isDefault: true },
      { id: 'aura-offline-mini', isDefault: false },
    ]);
    const tools = await guest.call.agent.tools();
    expect(tools.map(({ name, risk }) => [name, risk])).toEqual([
      ['clock_now', 'read'],
      ['search_conversations', 'read'],
      ['remember', 'write'],
      ['recall', 'read'],
      ['update_plan', 'read'],
      ['ask_user', 'read'],
      ['http_fetch', 'external'],
      ['http_send', 'external'],
      ['post_to_room', 'shared'],
    ]);
    for (const { inputSchema } of tools) expect(inputSchema).toMatchObject({ type: 'object' });
  });
});
