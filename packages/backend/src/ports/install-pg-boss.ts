import { PgBoss, type Queue } from 'pg-boss';
import { type JobConnection, type JobDatabase, openJobConnection } from './pg-boss-database.ts';

/** Apart from the product's tables: the tables in it are pg-boss's own, and so are their migrations. */
export const JOB_SCHEMA = 'aura_jobs';

/**
 * Two queues, because every queue costs a statement each time it is polled. Several kinds of job share one.
 *
 * `wake`: `short` keeps what waits unique by key. `cron`: `exclusive` does so for what is being handled as well.
 * A job whose node died is tried again when it expires.
 */
export const QUEUES = { wake: 'wake', cron: 'cron' } as const;

const OPTIONS = {
  wake: {
    policy: 'short',
    retryLimit: 12,
    retryDelay: 2,
    retryBackoff: true,
    retryDelayMax: 300,
    expireInSeconds: 60,
    deleteAfterSeconds: 3_600,
  },
  cron: {
    policy: 'exclusive',
    retryLimit: 2,
    retryDelay: 30,
    retryBackoff: true,
    retryDelayMax: 300,
    expireInSeconds: 300,
    deleteAfterSeconds: 86_400,
  },
} as const satisfies Record<keyof typeof QUEUES, Omit<Queue, 'name'>>;

/** Exactly what storing a job takes: the application may neither read what other tenants' jobs say nor change them. */
const GRANTS = `begin;
  select pg_advisory_xact_lock(hashtextextended('${JOB_SCHEMA}.grants', 0));
  grant usage on schema ${JOB_SCHEMA} to aura_app, aura_system;
  grant insert, select (id) on ${JOB_SCHEMA}.job_common to aura_app, aura_system;
  grant select on ${JOB_SCHEMA}.queue to aura_app, aura_system;
commit`;

/**
 * Makes the schema of pg-boss or migrates it, with its queues and the rights to use them. Several nodes may call it at
 * once: pg-boss holds an advisory lock and takes a lost race for success. Throws with what to do about missing rights.
 */
export async function installPgBoss(database: JobDatabase, onError: (err: unknown) => void): Promise<void> {
  await using connection = openJobConnection(database, 'install');
  const boss = new PgBoss({
    db: connection,
    backend: database.kind,
    schema: JOB_SCHEMA,
    // To make it takes rights on the whole database, even where it is there already.
    createSchema: !(await hasSchema(connection)),
    supervise: false,
    schedule: false,
  });
  boss.on('error', onError);
  try {
    await boss.start();
    for (const queue of Object.values(QUEUES)) {
      const { policy, ...options } = OPTIONS[queue];
      await boss.createQueue(queue, { policy, ...options });
      // Of a queue an earlier release made.
      await boss.updateQueue(queue, options);
    }
    await connection.executeSql(GRANTS);
  } catch (err) {
    throw explained(err);
  } finally {
    await boss.stop({ graceful: false, close: false });
  }
}

async function hasSchema(connection: JobConnection): Promise<boolean> {
  const { rows } = await connection.executeSql('select from pg_namespace where nspname = $1', [JOB_SCHEMA]);
  return rows.length > 0;
}

function explained(err: unknown): Error {
  const reason = err instanceof Error ? err.message : 'no reason given';
  const hint = /permission denied/.test(reason)
    ? ` Let the database user create schemas (\`GRANT CREATE ON DATABASE … TO …\`), or as an administrator create it: ` +
      `\`CREATE SCHEMA ${JOB_SCHEMA} AUTHORIZATION …\`.`
    : '';
  return new Error(`The schema for jobs could not be made: ${reason}.${hint}`, { cause: err });
}
