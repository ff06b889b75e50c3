import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { type ConstructorOptions, fromKysely, PgBoss } from 'pg-boss';
import type { Logger } from 'pino';
import { installPgBoss, JOB_SCHEMA, QUEUES } from './install-pg-boss.ts';
import type { JobPort, PeriodicJob } from './jobs.ts';
import { type JobDatabase, openJobConnection } from './pg-boss-database.ts';
import { dispatcher, settleJobs } from './settle-jobs.ts';

export interface PgBossJobsOptions {
  database: JobDatabase;
  log: Logger;
  /** How often the database is asked; only tests are in a hurry. */
  pace?: Partial<typeof PACE>;
}

/** In seconds. An idle worker asks for jobs once a second, and all the rest comes to a few statements a minute. */
const PACE = {
  /** For jobs that wake somebody: the bus is what tells at once, so this is how late a lost hint is. */
  poll: 1,
  /** For periodic work that is due. */
  cronPoll: 30,
  /** Whether a tick has come. A tick older than a minute is left out, so two looks must fit into one. */
  cronCheck: 20,
  /** For jobs whose node died. */
  supervise: 60,
};

const DAY = 86_400;
const WAKE_TIMEOUT_MS = 20_000;
const CRON_TIMEOUT_MS = 240_000;
/** What is being handled may go on for so long; it is told to end a little before. All of stopping takes 5 s at most. */
const GRACE_MS = 4_000;
const HINT_MS = 3_500;
const STOP_MS = 4_800;

/**
 * Jobs on pg-boss, in a schema of their own. It polls and never uses NOTIFY, which makes the commits of all
 * transactions that use it wait for each other. A database that is away is waited for; it is logged once.
 */
export function createPgBossJobs({ database, log, pace }: PgBossJobsOptions): JobPort {
  const seconds = { ...PACE, ...pace };
  const stopping = new AbortController();
  const connection = openJobConnection(database, 'work');
  let isStarted = false;
  let isStopped = false;
  let wasBroken = false;

  const onError = (err: unknown): void => {
    if (isStopped || (connection.isBroken && wasBroken)) return;
    wasBroken = connection.isBroken;
    if (wasBroken) log.warn({ err }, 'jobs cannot be reached; trying on');
    else log.error({ err }, 'jobs');
  };
  const db: ConstructorOptions['db'] = {
    async executeSql(text, values) {
      if (isStopped) throw new Error('jobs have stopped');
      const result = await connection.executeSql(text, values);
      if (wasBroken) log.info('jobs can be reached again');
      wasBroken = false;
      return result;
    },
  };

  const createBoss = (options: ConstructorOptions): PgBoss => {
    const boss = new PgBoss({
      db,
      backend: database.kind,
      schema: JOB_SCHEMA,
      createSchema: false,
      queueCacheIntervalSeconds: DAY,
      flowIntervalSeconds: DAY,
      ...options,
    });
    boss.on('error', onError);
    boss.on('warning', (warning) => log.warn({ warning }, 'jobs'));
    return boss;
  };
  const sender = createBoss({ supervise: false, schedule: false, bamIntervalSeconds: DAY });
  const worker = createBoss({
    superviseIntervalSeconds: seconds.supervise,
    // Less, or every other round would come a moment too early to count.
    monitorIntervalSeconds: Math.ceil(seconds.supervise / 2),
    maintenanceIntervalSeconds: 3_600,
    bamIntervalSeconds: 300,
    cronMonitorIntervalSeconds: seconds.cronCheck,
    cronWorkerIntervalSeconds: Math.min(seconds.cronPoll, 45),
    monitorVacuum: false,
    reindex: database.kind === 'postgres',
  });

  const schedule = async (periodic: readonly PeriodicJob[]): Promise<void> => {
    for (const { key } of await sender.getSchedules(QUEUES.cron)) {
      if (!periodic.some(({ name }) => name === key)) await sender.unschedule(QUEUES.cron, key);
    }
    for (const { name, cron } of periodic) {
      await sender.schedule(QUEUES.cron, cron, { name }, { tz: 'UTC', key: name, singletonKey: name });
    }
  };

  return {
    async start() {
      await installPgBoss(database, onError);
      await sender.start();
      // Makes it read what queues there are. To read that while a job is stored, over the only connection of the embedded
      // database, would be to wait for the transaction that waits.
      await sender.findJobs(QUEUES.wake, { id: randomUUID() });
      isStarted = true;
    },

    async enqueue(tx, { name, data, startAfter, singletonKey }) {
      if (!isStarted) throw new Error('jobs have not been started');
      await sender.send(
        QUEUES.wake,
        { name, data },
        {
          db: fromKysely(tx.db),
          singletonKey: `${name}:${singletonKey ?? randomUUID()}`,
          ...(startAfter === undefined ? {} : { startAfter }),
        },
      );
    },

    async work(handlers, periodic) {
      await schedule(periodic);
      await worker.start();
      const common = { handle: dispatcher(handlers, periodic), stopping: stopping.signal, log };
      await worker.work(
        QUEUES.wake,
        {
          batchSize: 20,
          burstWhenBatchFull: true,
          pollingIntervalSeconds: seconds.poll,
          includeMetadata: true,
          perJobResults: true,
        },
        async (jobs) => await settleJobs(jobs, { ...common, timeoutMs: WAKE_TIMEOUT_MS }),
      );
      await worker.work(
        QUEUES.cron,
        { pollingIntervalSeconds: seconds.cronPoll, includeMetadata: true, perJobResults: true },
        async (jobs) => await settleJobs(jobs, { ...common, timeoutMs: CRON_TIMEOUT_MS }),
      );
    },

    async [Symbol.asyncDispose]() {
      const hint = setTimeout(() => stopping.abort(new Error('the server is stopping')), HINT_MS);
      const stopped = Promise.all(
        [worker, sender].map(async (boss) => await boss.stop({ timeout: GRACE_MS, close: false })),
      ).catch((err: unknown) => log.warn({ err }, 'jobs under way could not be handed back'));
      await atMost(stopped, STOP_MS);
      clearTimeout(hint);
      isStopped = true;
      await atMost(connection[Symbol.asyncDispose](), 100);
    },
  };
}

/** Does not wait for what a database that is away never answers. */
async function atMost(work: PromiseLike<unknown>, ms: number): Promise<void> {
  const timer = new AbortController();
  await Promise.race([work, sleep(ms, undefined, { signal: timer.signal }).catch(() => {})]);
  timer.abort();
}
