import { type Kysely, type RawBuilder, sql } from 'kysely';
import type { Schema } from '../../db/schema.ts';

type Db = Kysely<Schema>;

export interface CompactableRun {
  id: string;
  conversationId: string;
  firstSeq: number | null;
  lastSeq: number | null;
}

/** The run that ended first of those whose pieces are still there. Not one that another node is at. */
export async function lockUncompactedRun(
  db: Db,
  endedBefore: RawBuilder<Date>,
): Promise<CompactableRun | undefined> {
  return await db
    .selectFrom('runs')
    .select(['id', 'conversationId', 'firstSeq', 'lastSeq'])
    .where('endedAt', '<', endedBefore)
    .where('isCompacted', '=', false)
    .orderBy('endedAt')
    .limit(1)
    .forNoKeyUpdate()
    .skipLocked()
    .executeTakeFirst();
}

export async function markCompacted(db: Db, runId: string): Promise<void> {
  await db.updateTable('runs').set({ isCompacted: true }).where('id', '=', runId).execute();
}

/** Deletes the first pieces of the run's answers that are left. */
export async function deletePieces(
  db: Db,
  { id, conversationId, firstSeq, lastSeq }: CompactableRun,
  limit: number,
): Promise<{ count: number; lastSeq: number }> {
  if (firstSeq === null || lastSeq === null) return { count: 0, lastSeq: 0 };
  const pieces = db
    .selectFrom('events')
    .select('seq')
    .where('streamId', '=', conversationId)
    .where('seq', '>=', firstSeq)
    .where('seq', '<=', lastSeq)
    .where('runId', '=', id)
    .where('type', '=', 'content_delta')
    .orderBy('seq')
    .limit(limit);
  const rows = await db
    .deleteFrom('events')
    .where('streamId', '=', conversationId)
    .where('seq', 'in', pieces)
    .returning('seq')
    .execute();
  return { count: rows.length, lastSeq: rows.reduce((last, { seq }) => Math.max(last, seq), 0) };
}

/** A page of users' streams that have events, and whether the first of them is old. */
export async function findStreamsToPrune(
  db: Db,
  { after, upTo, limit }: { after: string | null; upTo: string | null; limit: number },
  before: RawBuilder<Date>,
): Promise<{ id: string; isDue: boolean }[]> {
  const { rows } = await sql<{ id: string; isDue: boolean }>`
    select s.id, first.at < ${before} as is_due
    from streams s
    cross join lateral (
      select at from events e where e.stream_id = s.id and e.seq >= s.oldest order by e.seq limit 1
    ) first
    where s.kind = 'user' and s.oldest <= s.head
      and (${after}::uuid is null or s.id > ${after}::uuid) and (${upTo}::uuid is null or s.id <= ${upTo}::uuid)
    order by s.id limit ${limit}`.execute(db);
  return rows;
}

export async function oldestEvents(
  db: Db,
  { streamId, limit }: { streamId: string; limit: number },
  before: RawBuilder<Date>,
): Promise<{ seq: number; isOld: boolean }[]> {
  return await db
    .selectFrom('events')
    .select(['seq', sql<boolean>`at < ${before}`.as('isOld')])
    .where('streamId', '=', streamId)
    .orderBy('seq')
    .limit(limit)
    .execute();
}

export async function deleteEventsUpTo(
  db: Db,
  { streamId, seq }: { streamId: string; seq: number },
): Promise<void> {
  await db.deleteFrom('events').where('streamId', '=', streamId).where('seq', '<=', seq).execute();
}
