import { randomUUID } from 'node:crypto';
import { pino } from 'pino';
import type { Database } from '../db/database.ts';
import { openPglite } from '../db/open-pglite.ts';
import { openPostgres } from '../db/open-postgres.ts';
import { type Tx, withTransaction } from '../db/transaction.ts';
import { createTestDatabase } from '../testing/test-database.ts';
import type { JobHandlers, JobPort, NewJob, PeriodicJob } from './jobs.ts';
import type { JobDatabase } from './pg-boss-database.ts';
import { createPgBossJobs, type PgBossJobsOptions } from './pg-boss-jobs.ts';

export interface TestPlace extends AsyncDisposable {
  database: Database;
  jobDatabase: JobDatabase;
  /** As requests do: in a tenant, under the application's role. */
  inTransaction<T>(work: (tx: Tx) => Promise<T>): Promise<T>;
}

/** A migrated database of its own that any number of nodes keep their jobs in. */
export async function openTestPlace(): Promise<TestPlace> {
  await using stack = new AsyncDisposableStack();
  const { database: config } = stack.use(await createTestDatabase());
  const opened = await open(config);
  stack.use(opened.database);
  const parts = stack.move();
  const tenantId = randomUUID();
  const scope = {
    database: opened.database,
    hub: { publish: () => {} },
    caller: { tenantId, userId: tenantId },
  };
  return {
    ...opened,
    inTransaction: async (work) => await withTransaction(scope, work),
    [Symbol.asyncDispose]: async () => await parts.disposeAsync(),
  };
}

async function open(
  config: Awaited<ReturnType<typeof createTestDatabase>>['database'],
): Promise<{ database: Database; jobDatabase: JobDatabase }> {
  if (config.kind === 'postgres') {
    return { database: openPostgres(config), jobDatabase: config };
  }
  const database = await openPglite(config);
  return { database, jobDatabase: { kind: 'pglite', pglite: database.pglite } };
}

export const aWake = (runId: string = randomUUID()): NewJob & { name: 'run.wake' } => ({
  name: 'run.wake',
  data: { tenantId: randomUUID(), runId },
});

export interface TestNode extends AsyncDisposable {
  jobs: JobPort;
  /** The runs this node was woken for, in order; twice when twice. */
  woken: string[];
}

/** A node that has started, and works unless told not to. */
export async function startTestNode(
  { jobDatabase }: Pick<TestPlace, 'jobDatabase'>,
  {
    wake = () => Promise.resolve(),
    periodic = [],
    isWorker = true,
    ...options
  }: {
    wake?: JobHandlers['run.wake'];
    periodic?: readonly PeriodicJob[];
    isWorker?: boolean;
  } & Partial<Pick<PgBossJobsOptions, 'log' | 'pace'>> = {},
): Promise<TestNode> {
  await using stack = new AsyncDisposableStack();
  const log = pino({ level: 'silent' });
  const pace = { poll: 0.5, cronPoll: 1, cronCheck: 1 };
  const jobs = stack.use(createPgBossJobs({ database: jobDatabase, log, pace, ...options }));
  const woken: string[] = [];
  await jobs.start();
  if (isWorker) {
    await jobs.work(
      {
        'run.wake': async (data, signal) => {
          woken.push(data.runId);
          await wake(data, signal);
        },
        'approval.expire': () => Promise.resolve(),
      },
      periodic,
    );
  }
  const parts = stack.move();
  return { jobs, woken, [Symbol.asyncDispose]: async () => await parts.disposeAsync() };
}
