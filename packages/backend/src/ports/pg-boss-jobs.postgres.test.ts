import { sql } from 'kysely';
import { pino } from 'pino';
import { expect, it } from 'vitest';
import { migrate } from '../db/migrate.ts';
import { openPostgres } from '../db/open-postgres.ts';
import { type Tx, withTransaction } from '../db/transaction.ts';
import { startPostgres } from '../testing/services/postgres.ts';
import { aWake, startTestNode } from './job-testing.ts';

const NOBODY = '00000000-0000-4000-8000-000000000000';

it('jobs outlive a crash of PostgreSQL, and nodes go on by themselves, having logged it once', async () => {
  await using postgres = await startPostgres();
  await using database = openPostgres(postgres);
  await migrate(database);
  const lines: { level: number; msg: string }[] = [];
  const log = pino({ level: 'info' }, { write: (line: string) => void lines.push(JSON.parse(line)) });
  await using worker = await startTestNode({ jobDatabase: { kind: 'postgres', ...postgres } }, { log });
  const scope = {
    database,
    hub: { publish: () => {} },
    caller: { tenantId: NOBODY, userId: NOBODY },
  };
  const store = async (work: (tx: Tx) => Promise<void>): Promise<void> => await withTransaction(scope, work);

  const [before, after] = [aWake(), aWake()];
  const startAfter = new Date(Date.now() + 1_000);
  await store(async (tx) => await worker.jobs.enqueue(tx, { ...before, startAfter }));
  await postgres.restart('immediate');
  await expect.poll(() => worker.woken, { timeout: 15_000 }).toEqual([before.data.runId]);
  // The first connection of the other pool may be one that broke.
  await expect
    .poll(async () => await store(async (tx) => await worker.jobs.enqueue(tx, after)).catch(() => 'again'))
    .toBeUndefined();
  await expect.poll(() => worker.woken).toEqual([before.data.runId, after.data.runId]);
  expect(lines.filter(({ level }) => level >= 40).length).toBeLessThanOrEqual(2);
});

it('says what to do when the schema for jobs may not be made', async () => {
  await using postgres = await startPostgres();
  await using database = openPostgres(postgres);
  await migrate(database);
  await sql`create role modest login password 'modest'`.execute(database.migrationDb);
  const url = new URL(postgres.url);
  url.username = 'modest';
  url.password = 'modest';
  const starting = startTestNode({ jobDatabase: { kind: 'postgres', url: url.href } });
  await expect(starting).rejects.toThrow(/could not be made: permission denied.*GRANT CREATE ON DATABASE/);
});
