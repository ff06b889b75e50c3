import { expect, test } from 'vitest';
import { call, RawClient } from '../../testing/raw-client.ts';
import { createTestCaller } from '../../testing/test-caller.ts';
import { answersTo, eventsOf } from '../../testing/test-feed.ts';
import { createTestServer } from '../../testing/test-server.ts';
import { ask } from './agent-testing.ts';

test('agent.events ends with `done` when the lane has carried the run', async () => {
  await using server = await createTestServer();
  const user = await createTestCaller(server.node.backend);
  const token = await server.tokenOf(user.ctx.caller);
  await using client = await RawClient.connect(server.socketUrl, { token: token });
  let boarded = 0;
  for (let id = 1; id <= 5; id++) {
    const { runId } = await ask(user, '#delay 5\n#repeat 60 word');
    client.send(call(id, 'agent.events', { method: 'subscription', input: { runId } }));
    await expect
      .poll(
        () => {
          boarded = Math.max(boarded, server.node.backend.hub.laneCount);
          return answersTo(client, id).at(-1);
        },
        { timeout: 10_000, interval: 5 },
      )
      .toBe('stopped');
    const types = eventsOf(client, id).map(({ type }) => type);
    expect(types[0]).toBe('run_created');
    expect(types.indexOf('done')).toBe(types.length - 1);
  }
  expect(boarded).toBeGreaterThan(0);
  await expect.poll(() => server.node.backend.hub.laneCount).toBe(0);
});
