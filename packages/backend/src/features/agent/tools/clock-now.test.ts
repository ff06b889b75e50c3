import { expect, it } from 'vitest';
import { createTestBackend } from '../../../testing/test-backend.ts';
import { createTestCaller } from '../../../testing/test-caller.ts';
import { clockNow } from './clock-now.ts';
import { callTool } from './tool-testing.ts';

it('clock_now tells the time in a time zone, and says so when there is no such zone', async () => {
  await using test = await createTestBackend({ isStarted: false });
  const user = await createTestCaller(test.backend);
  const clock = { ...test.backend.clock, now: () => new Date('2026-01-31T16:30:00Z') };
  const now = async (args: object): Promise<unknown> =>
    (await callTool(user, clockNow, { args, clock })).result;
  expect(await now({})).toMatchObject({ iso: '2026-01-31T16:30:00.000Z', timeZone: 'UTC' });
  expect(await now({ timeZone: 'Asia/Seoul' })).toMatchObject({
    iso: '2026-01-31T16:30:00.000Z',
    local: expect.stringMatching(/Sunday, February 1, 2026.*01:30:00/),
  });
  await expect(now({ timeZone: 'Mars/Olympus' })).rejects.toThrow(/There is no time zone Mars\/Olympus/);
  await expect(now({ timeZone: 7 })).rejects.toThrow(/do not fit/);
});
