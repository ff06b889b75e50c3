import { type Kysely, sql } from 'kysely';
import type { Schema } from '../../db/schema.ts';
import type { RoomMessageRow } from './room-message-store.ts';
import type { SearchTerms } from './search-terms.ts';

type Db = Kysely<Schema>;

export interface FoundMessage {
  id: string;
  createdAt: Date;
  /** How long it is. */
  chars: number;
}

/**
 * Ids of messages of these rooms, newest first. For a system transaction: under row-level security no condition that may
 * fail is looked at before the tenant's, so that the index would be of no use. The messages themselves are read under it.
 */
export async function findMessageIds(
  db: Db,
  {
    tenantId,
    roomIds,
    terms,
    after,
    limit,
  }: {
    tenantId: string;
    roomIds: readonly string[];
    terms: SearchTerms;
    after: { createdAt: string; id: string } | null;
    limit: number;
  },
): Promise<FoundMessage[]> {
  // One room is a word of its messages. Several would have to be tried for every message that has the others.
  const [only, ...others] = roomIds;
  const place = only !== undefined && others.length === 0 ? only : tenantId;
  const conditions = [
    sql`message_words(tenant_id, conversation_id, text) @@ (${`'${place}'`}::tsquery && ${terms.query}::tsquery)`,
    sql`tenant_id = ${tenantId}`,
    sql`conversation_id = any(${roomIds}::uuid[])`,
    sql`deleted_at is null and not is_superseded`,
    ...terms.phrases.map((phrase) => sql`strpos(text, ${phrase}) > 0`),
    ...(after === null ? [] : [sql`(created_at, id) < (${after.createdAt}::timestamptz, ${after.id}::uuid)`]),
  ];
  const { rows } = await sql<FoundMessage>`
    select id, created_at, length(text) as chars from (
      select id, created_at, text from messages where ${sql.join(conditions, sql` and `)}
      order by created_at desc, id desc limit ${limit}) m
    order by created_at desc, id desc`.execute(db);
  return rows;
}

/** These messages, newest first. */
export async function messagesByIds(
  db: Db,
  { tenantId, ids }: { tenantId: string; ids: readonly string[] },
): Promise<RoomMessageRow[]> {
  if (ids.length === 0) return [];
  return await db
    .selectFrom('messages')
    .selectAll()
    .where('tenantId', '=', tenantId)
    .where('id', 'in', ids)
    .where('deletedAt', 'is', null)
    .orderBy('createdAt', 'desc')
    .orderBy('id', 'desc')
    .execute();
}
