import { randomUUID } from 'node:crypto';
import { expect, it } from 'vitest';
import { sql } from 'kysely';
import { pino } from 'pino';
import { createFolderBlobs } from '../../ports/folder-blobs.ts';
import { openTestPlace, startTestNode } from '../../ports/job-testing.ts';
import { createHub } from '../../realtime/hub.ts';
import { createInProcessBus } from '../../realtime/in-process-bus.ts';
import { createTestFolder } from '../../testing/test-folder.ts';
import { upkeepJobs } from './upkeep-jobs.ts';

it('every periodic job is done with the rights it has, on the node that gets it', async () => {
  await using place = await openTestPlace();
  const { database } = place;
  const { db } = database;
  const bus = createInProcessBus();
  await using hub = createHub({ database, bus, log: pino({ level: 'silent' }), nodeId: randomUUID() });
  const key = randomUUID();
  await sql`
    insert into login_attempts (key, failures, last_failed_at)
    values (${key}, 1, now() - interval '2 days')`.execute(db);
  const done: string[] = [];
  await using folder = await createTestFolder();
  const blobs = createFolderBlobs(folder.path);
  const log = pino({ level: 'silent' });
  const periodic = upkeepJobs({ config: {}, database, hub, blobs, log }).map((job) => ({
    ...job,
    cron: '* * * * *',
    run: async (signal: AbortSignal) => {
      await job.run(signal);
      done.push(job.name);
    },
  }));
  await using _node = await startTestNode(place, { periodic });
  await expect
    .poll(() => [...new Set(done)].toSorted(), { timeout: 40_000 })
    .toEqual(periodic.map(({ name }) => name).toSorted());
  expect(await db.selectFrom('loginAttempts').select('key').where('key', '=', key).execute()).toEqual([]);
}, 60_000);
