import { type Kysely, sql } from 'kysely';
import type { Schema } from '../db/schema.ts';
import type { StreamEvent } from './event.ts';

export const PAGE_SIZE = 200;

/** The events of a stream after `after`, oldest first, at most one page. */
export async function readEvents(
  db: Kysely<Schema>,
  { streamId, after, limit = PAGE_SIZE }: { streamId: string; after: number; limit?: number },
): Promise<StreamEvent[]> {
  const rows = await db
    .selectFrom('events')
    .select(['seq', 'type', 'runId', 'at', 'data'])
    .where('streamId', '=', streamId)
    .where('seq', '>', after)
    .orderBy('seq')
    .limit(limit)
    .execute();
  return rows.map((row) => ({ ...row, at: row.at.toISOString() }));
}

/** Where a stream stands. */
export interface StreamPlace {
  epoch: string;
  head: number;
  /** Readers get nothing before this seq. */
  oldest: number;
}

/** Where a stream stands now; null when there is none (for this tenant). */
export async function readStreamHead(db: Kysely<Schema>, streamId: string): Promise<StreamPlace | null> {
  const row = await db
    .selectFrom('streams')
    .select(['epoch', 'head', 'oldest'])
    .where('id', '=', streamId)
    .executeTakeFirst();
  return row ?? null;
}

/** Where several streams stand now. */
export async function readHeads(
  db: Kysely<Schema>,
  streamIds: readonly string[],
): Promise<{ id: string; head: number }[]> {
  // One parameter however many streams: PostgreSQL takes 65,535 at most.
  const wanted = sql<string>`(select value::uuid from jsonb_array_elements_text(${JSON.stringify(streamIds)}::jsonb))`;
  return await db.selectFrom('streams').select(['id', 'head']).where('id', 'in', wanted).execute();
}
