// Long, because a claim is what these statements make of it together: what one of them sets the others rely on.
import { ACTIVE_RUN_STATUSES, type RunStatus } from '@aura/contract';
import { type Kysely, type Selectable, sql } from 'kysely';
import { databaseNow } from '../../db/database-now.ts';
import type { Schema } from '../../db/schema.ts';

export type RunRow = Selectable<Schema['runs']>;
/** With whether it is a room that it was asked in. */
export type PlacedRun = RunRow & { isInRoom: boolean };

/**
 * How long a claim lasts without being renewed, by the database's clock. Short, because it is what a run waits for when
 * its owner dies; taking over from one that lives after all is harmless, since its writes are fenced.
 */
export const LEASE_MS = 4_000;
const leaseUntil = sql<Date>`clock_timestamp() + make_interval(secs => ${LEASE_MS / 1_000})`;

/** One of the user's own runs, or of any member in a room that the user is in. */
export async function findRun(
  db: Kysely<Schema>,
  key: { tenantId: string; userId: string; runId: string },
): Promise<PlacedRun | undefined> {
  return await visibleRuns(db, key)
    .where((eb) => eb.or([eb('runs.userId', '=', key.userId), eb('conversations.isRoom', '=', true)]))
    .where('runs.id', '=', key.runId)
    .executeTakeFirst();
}

/** Runs of conversations that were not deleted, and of rooms that the user is in; in a conversation also those of others. */
const visibleRuns = (db: Kysely<Schema>, { tenantId, userId }: { tenantId: string; userId: string }) =>
  db
    .selectFrom('runs')
    .selectAll('runs')
    .innerJoin('conversations', 'conversations.id', 'runs.conversationId')
    .select('conversations.isRoom as isInRoom')
    .where('conversations.deletedAt', 'is', null)
    .whereRef('runs.firstSeq', '>', 'conversations.clearedSeq')
    .where('runs.tenantId', '=', tenantId)
    .where((eb) =>
      eb.or([
        eb('conversations.isRoom', '=', false),
        eb.exists(
          eb
            .selectFrom('roomMembers')
            .select('roomMembers.userId')
            .whereRef('roomMembers.roomId', '=', 'runs.conversationId')
            .where('roomMembers.userId', '=', userId),
        ),
      ]),
    );

export async function lockRun(db: Kysely<Schema>, runId: string): Promise<RunRow | undefined> {
  return await db.selectFrom('runs').selectAll().where('id', '=', runId).forUpdate().executeTakeFirst();
}

/**
 * Takes a run for `owner`: one that is queued and whose turn it is in its conversation, or one whose owner let its lease
 * run out. Undefined when it is neither any more. The new fence shuts out everybody else.
 */
export async function claimRun(
  db: Kysely<Schema>,
  { runId, owner }: { runId: string; owner: string },
): Promise<PlacedRun | undefined> {
  return await db
    .updateTable('runs')
    .set((eb) => ({
      status: 'running',
      owner,
      fence: eb('fence', '+', 1),
      noProgress: eb('noProgress', '+', 1),
      leaseUntil,
      claimedAt: databaseNow,
      startedAt: eb.fn.coalesce('startedAt', databaseNow),
    }))
    .where('id', '=', runId)
    .where((eb) =>
      eb.or([
        eb.and([
          eb('status', '=', 'queued'),
          eb(
            'id',
            '=',
            eb
              .selectFrom('conversations')
              .select('activeRunId')
              .whereRef('conversations.id', '=', 'runs.conversationId'),
          ),
        ]),
        eb.and([eb('status', '=', 'running'), eb('leaseUntil', '<', sql<Date>`clock_timestamp()`)]),
      ]),
    )
    .returningAll()
    .returning(
      sql<boolean>`(select c.is_room from conversations c where c.id = runs.conversation_id)`.as('isInRoom'),
    )
    .executeTakeFirst();
}

/** Time under the claim, added up whenever something is stored; a claim that nobody ended for weeks fits as well. */
export const activeMsNow = sql<number>`least(
  active_ms + coalesce(extract(epoch from clock_timestamp() - claimed_at) * 1000, 0), 2147483647)::int`;

/**
 * Gives up claims of an owner, so that others take the runs at once: all of them when it stops, or those of `runIds`,
 * which it has dropped. Answers the ids of those it still had.
 */
export async function releaseRuns(
  db: Kysely<Schema>,
  { owner, runIds }: { owner: string; runIds?: readonly string[] },
): Promise<string[]> {
  let query = db
    .updateTable('runs')
    .set({
      status: 'queued',
      owner: null,
      leaseUntil: null,
      activeMs: activeMsNow,
      claimedAt: null,
      // Not its fault.
      noProgress: sql<number>`greatest(no_progress - 1, 0)`,
    })
    .where('owner', '=', owner)
    .where('status', '=', 'running');
  if (runIds !== undefined) query = query.where('id', 'in', runIds);
  const rows = await query.returning('id').execute();
  return rows.map((row) => row.id);
}

/** Proves that a claim holds, and renews it, by the lock that the transaction then has on the run. */
export async function keepClaim(
  db: Kysely<Schema>,
  { id, fence }: Pick<RunRow, 'id' | 'fence'>,
  { hasProgress }: { hasProgress: boolean },
): Promise<boolean> {
  const held = await db
    .updateTable('runs')
    .set({
      activeMs: activeMsNow,
      claimedAt: databaseNow,
      leaseUntil,
      ...(hasProgress ? { noProgress: 0 } : {}),
    })
    .where('id', '=', id)
    .where('fence', '=', fence)
    .where('status', '=', 'running')
    .returning('id')
    .executeTakeFirst();
  return held !== undefined;
}

/** A run that its owner gives up until somebody decides. */
export async function setWaiting(db: Kysely<Schema>, runId: string): Promise<void> {
  await db
    .updateTable('runs')
    .set({ status: 'waiting', owner: null, leaseUntil: null, activeMs: activeMsNow, claimedAt: null })
    .where('id', '=', runId)
    .execute();
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
 * Runs that are there to be taken, in fair turn: whichever tenant has the fewest runs under way or before it in the
 * queue comes first, within it the user with the fewest, then the oldest run. Nobody's thousand runs keep another's
 * first one waiting.
 */
export async function findQueuedRuns(db: Kysely<Schema>, limit: number): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    with active as (
      select r.id, r.tenant_id, r.user_id, r.created_at, r.status from runs r
      where r.status = 'running'
        or (r.status = 'queued' and r.id = (select c.active_run_id from conversations c where c.id = r.conversation_id))
    ),
    by_user as (
      select *, row_number() over (
        partition by tenant_id, user_id order by status desc, created_at) as user_turn from active
    ),
    by_tenant as (
      select *, row_number() over (
        partition by tenant_id order by status desc, user_turn, created_at) as tenant_turn from by_user
    )
    select id from by_tenant where status = 'queued' order by tenant_turn, created_at limit ${limit}`.execute(
    db,
  );
  return rows.map((row) => row.id);
}

/** For a process that knows that no other is there: whoever else claimed a run is dead. */
export async function forgetOtherOwners(db: Kysely<Schema>, owner: string): Promise<void> {
  await db
    .updateTable('runs')
    .set({ leaseUntil: sql<Date>`clock_timestamp() - interval '1 second'` })
    .where('status', '=', 'running')
    .where('owner', '<>', owner)
    .execute();
}

/** Runs whose owner let its lease run out. */
export async function findAbandonedRuns(db: Kysely<Schema>, limit: number): Promise<string[]> {
  const rows = await db
    .selectFrom('runs')
    .select('id')
    .where('status', '=', 'running')
    .where('leaseUntil', '<', sql<Date>`clock_timestamp()`)
    .orderBy('leaseUntil')
    .limit(limit)
    .execute();
  return rows.map((row) => row.id);
}

/** The run whose turn it is in a conversation once the one before it has ended: the one that was queued first. */
export function nextActiveRun(conversationId: string) {
  return sql<string | null>`(
    select id from runs where conversation_id = ${conversationId} and status in ('queued', 'running', 'waiting')
    order by first_seq limit 1)`;
}

/** The runs of a conversation that have not ended: the one whose turn it is and those behind it, in order. */
export async function findActiveRuns(db: Kysely<Schema>, conversationId: string): Promise<RunRow[]> {
  return await db
    .selectFrom('runs')
    .selectAll()
    .where('conversationId', '=', conversationId)
    .where('status', 'in', ACTIVE_RUN_STATUSES)
    .orderBy('firstSeq')
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
  const { conversationId, status, after } = filter;
  let query = visibleRuns(db, filter);
  if (conversationId === undefined) query = query.where('runs.userId', '=', filter.userId);
  else {
    query = query
      .where('runs.conversationId', '=', conversationId)
      .where((eb) => eb.or([eb('runs.userId', '=', filter.userId), eb('conversations.isRoom', '=', true)]));
  }
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
