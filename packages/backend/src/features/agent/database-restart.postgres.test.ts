import { expect, it } from 'vitest';
import { startPostgres } from '../../testing/services/postgres.ts';
import { createTestBackend } from '../../testing/test-backend.ts';
import { createTestCaller } from '../../testing/test-caller.ts';
import { ask, dones, outcomeOf } from './agent-testing.ts';

it('a run whose database restarts in mid-answer is taken up again by itself', async () => {
  await using postgres = await startPostgres();
  await using test = await createTestBackend({
    config: { database: { kind: 'postgres', url: postgres.url } },
  });
  const user = await createTestCaller(test.backend);
  const asked = await ask(user, '#delay 10\n#repeat 300 tick');
  await expect
    .poll(async () => JSON.stringify((await user.call.agent.get(asked)).state.items), { timeout: 10_000 })
    .toContain('tick 3');
  await postgres.restart('immediate');
  // The first that meet the new server are told that their connection is gone.
  await expect
    .poll(
      async () =>
        await user.call.agent.get(asked).then(
          ({ state }) => state.status,
          () => 'away',
        ),
      {
        timeout: 20_000,
      },
    )
    .toBe('completed');
  const { run, events } = await outcomeOf(user, asked);
  expect(dones(events)).toHaveLength(1);
  expect(run.items.at(-1)).toMatchObject({ kind: 'text', attempt: 2, isFinal: true });
}, 60_000);
