import type { RunStatus } from '@aura/contract';
import { type Kysely, type Selectable, sql } from 'kysely';
import { databaseNow } from '../../db/database-now.ts';
import type { Schema } from '../../db/schema.ts';

export type RunRow = Selectable<Schema['runs']>;

/** How long a claim lasts without being renewed, by the database's clock. */
const LEASE_MS = 5_000;
const leaseUntil = sql<Date>`clock_timestamp() + make_interval(secs => ${LEASE_MS / 1_000})`;

export async function findRun(
  db: Kysely<Schema>,
  key: { tenantId: string; userId: string; runId: string },
): Promise<RunRow | undefined> {
  return await db
    .selectFrom('runs')
    .selectAll('runs')
    .innerJoin('conversations', 'conversations.id', 'runs.conversationId')
    .where('conversations.deletedAt', 'is', null)
    .where('runs.tenantId', '=', key.tenantId)
    .where('runs.userId', '=', key.userId)
    .where('runs.id', '=', key.runId)
    .executeTakeFirst();
}

export async function lockRun(db: Kysely<Schema>, runId: string): Promise<RunRow | undefined> {
  return await db.selectFrom('runs').selectAll().where('id', '=', runId).forUpdate().executeTakeFirst();
}

/** Takes a queued run for `owner`; undefined when it is not queued any more. The new fence shuts out all others. */
export async function claimRun(
  db: Kysely<Schema>,
  { runId, owner }: { runId: string; owner: string },
): Promise<RunRow | undefined> {
  return await db
    .updateTable('runs')
    .set((eb) => ({
      status: 'running',
      owner,
      fence: eb('fence', '+', 1),
      leaseUntil,
      startedAt: databaseNow,
    }))
    .where('id', '=', runId)
    .where('status', '=', 'queued')
    .returningAll()
    .executeTakeFirst();
}

/** Renews the leases of runs this owner still holds; answers their ids. */
export async function renewLeases(
  db: Kysely<Schema>,
  { owner, runIds }: { owner: string; runIds: string[] },
): Promise<string[]> {
  // In id order, as the log writer takes them: two who take several runs must not wait for each other.
  const locked = db.selectFrom('runs').select('id').where('id', 'in', runIds).orderBy('id').forNoKeyUpdate();
  const rows = await db
    .with(
      (cte) => cte('locked').materialized(),
      () => locked,
    )
    .updateTable('runs')
    .set({ leaseUntil })
    .where('id', 'in', (query) => query.selectFrom('locked').select('id'))
    .where('owner', '=', owner)
    .where('status', '=', 'running')
    .returning('id')
    .execute();
  return rows.map((row) => row.id);
}

/** Those of `runIds` that this owner may not go on with: ended, or claimed by another. Not those still queued. */
export async function findLostRuns(
  db: Kysely<Schema>,
  { owner, runIds }: { owner: string; runIds: string[] },
): Promise<string[]> {
  const rows = await db
    .selectFrom('runs')
    .select('id')
    .where('id', 'in', runIds)
    .where('status', '<>', 'queued')
    .where((eb) => eb.or([eb('status', '<>', 'running'), eb('owner', '<>', owner)]))
    .execute();
  return rows.map((row) => row.id);
}

/**
 * Queued runs nobody took yet, in fair turn: whoever has the fewest runs under way or before it in the queue comes
 * first, then the oldest. Nobody's thousand runs keep another user's first one waiting.
 */
export async function findQueuedRuns(db: Kysely<Schema>, limit: number): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    select id from (
      select id, created_at, status, row_number() over (
        partition by tenant_id, user_id order by status desc, created_at) as turn
      from runs where status in ('queued', 'running')
    ) active
    where status = 'queued' order by turn, created_at limit ${limit}`.execute(db);
  return rows.map((row) => row.id);
}

/** Runs this owner is executing. */
export async function findHeldRuns(db: Kysely<Schema>, owner: string): Promise<RunRow[]> {
  return await db
    .selectFrom('runs')
    .selectAll()
    .where('status', '=', 'running')
    .where('owner', '=', owner)
    .execute();
}

/** Runs whose owner let its lease run out. */
export async function findAbandonedRuns(db: Kysely<Schema>, limit: number): Promise<RunRow[]> {
  return await db
    .selectFrom('runs')
    .selectAll()
    .where('status', '=', 'running')
    .where('leaseUntil', '<', sql<Date>`clock_timestamp()`)
    .orderBy('createdAt')
    .limit(limit)
    .execute();
}

export async function listRunRows(
  db: Kysely<Schema>,
  filter: {
    tenantId: string;
    userId: string;
    conversationId?: string | undefined;
    status?: RunStatus | undefined;
    after: { createdAt: string; id: string } | null;
    limit: number;
  },
): Promise<RunRow[]> {
  let query = db
    .selectFrom('runs')
    .selectAll('runs')
    .innerJoin('conversations', 'conversations.id', 'runs.conversationId')
    .where('conversations.deletedAt', 'is', null)
    .where('runs.tenantId', '=', filter.tenantId)
    .where('runs.userId', '=', filter.userId);
  const { conversationId, status, after } = filter;
  if (conversationId !== undefined) query = query.where('runs.conversationId', '=', conversationId);
  if (status !== undefined) query = query.where('runs.status', '=', status);
  if (after !== null) {
    query = query.where((eb) =>
      eb(eb.refTuple('runs.createdAt', 'runs.id'), '<', eb.tuple(new Date(after.createdAt), after.id)),
    );
  }
  return await query
    .orderBy('runs.createdAt', 'desc')
    .orderBy('runs.id', 'desc')
    .limit(filter.limit)
    .execute();
}
