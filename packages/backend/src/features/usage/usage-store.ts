import type { UsageGroupBy, UsageTotals } from '@aura/contract';
import { type Kysely, type RawBuilder, type Selectable, sql } from 'kysely';
import type { Schema } from '../../db/schema.ts';
import type { UsageRange } from './usage-policy.ts';

type Db = Kysely<Schema>;
export type UsageRow = Selectable<Schema['usageEntries']>;

/** Usage of a tenant, or less of it. */
export interface UsageFilter extends Partial<UsageRange> {
  tenantId: string;
  userId?: string | undefined;
  conversationId?: string | undefined;
  runId?: string | undefined;
}

const entries = (db: Db, { tenantId, userId, conversationId, runId, from, to }: UsageFilter) => {
  let query = db.selectFrom('usageEntries').where('tenantId', '=', tenantId);
  if (userId !== undefined) query = query.where('userId', '=', userId);
  if (conversationId !== undefined) query = query.where('conversationId', '=', conversationId);
  if (runId !== undefined) query = query.where('runId', '=', runId);
  if (from !== undefined) query = query.where('createdAt', '>=', from);
  if (to !== undefined) query = query.where('createdAt', '<', to);
  return query;
};

const sumOf = (column: 'inputTokens' | 'outputTokens' | 'costMicros') =>
  sql<number>`coalesce(sum(${sql.ref(column)}), 0)::bigint`;
const TOTALS = [
  sql<number>`count(*)`.as('attempts'),
  sumOf('inputTokens').as('inputTokens'),
  sumOf('outputTokens').as('outputTokens'),
  sumOf('costMicros').as('costMicros'),
  sql<boolean>`coalesce(bool_and(is_settled), true)`.as('isSettled'),
] as const;

/** What all that fits the filter comes to. */
export async function sumUsage(db: Db, filter: UsageFilter): Promise<UsageTotals> {
  return await entries(db, filter).select(TOTALS).executeTakeFirstOrThrow();
}

/** What a group is known by; empty: calls that belong to no message. */
const KEYS: Record<UsageGroupBy, RawBuilder<string>> = {
  day: sql`to_char(created_at at time zone 'UTC', 'YYYY-MM-DD')`,
  model: sql`model`,
  conversation: sql`conversation_id::text`,
  message: sql`coalesce(message_id::text, '')`,
  user: sql`user_id::text`,
};

/** Where a group stands in the order of its list. */
export interface GroupPlace {
  key: string;
  costMicros: number;
  tokens: number;
}
export type GroupRow = UsageTotals & GroupPlace;

/** Days in their order, everything else by cost, tokens and key, the most first. */
export async function listUsageGroups(
  db: Db,
  filter: UsageFilter,
  { by, after, limit }: { by: UsageGroupBy; after: GroupPlace | null; limit: number },
): Promise<GroupRow[]> {
  const groups = entries(db, filter)
    .select(sql<string>`${KEYS[by]} collate "C"`.as('key'))
    .select(TOTALS)
    .select(sql<number>`sum(input_tokens::bigint + output_tokens)::bigint`.as('tokens'))
    .groupBy(sql.ref('key'));
  const query = db.selectFrom(groups.as('groups')).selectAll().limit(limit);
  if (by === 'day') {
    const rest = after === null ? query : query.where('key', '>', after.key);
    return await rest.orderBy('key').execute();
  }
  const rest =
    after === null
      ? query
      : query.where((eb) =>
          eb(
            eb.refTuple('costMicros', 'tokens', 'key'),
            '<',
            eb.tuple(after.costMicros, after.tokens, after.key),
          ),
        );
  return await rest.orderBy('costMicros', 'desc').orderBy('tokens', 'desc').orderBy('key', 'desc').execute();
}

/** True for a run of this user that they can still see: neither its conversation was deleted, nor it cleared away. */
export async function isRunOf(
  db: Db,
  { tenantId, userId, runId }: { tenantId: string; userId: string; runId: string },
): Promise<boolean> {
  const row = await db
    .selectFrom('runs')
    .innerJoin('conversations', 'conversations.id', 'runs.conversationId')
    .select('runs.id')
    .where('conversations.deletedAt', 'is', null)
    .whereRef('runs.firstSeq', '>', 'conversations.clearedSeq')
    .where('runs.tenantId', '=', tenantId)
    .where('runs.userId', '=', userId)
    .where('runs.id', '=', runId)
    .executeTakeFirst();
  return row !== undefined;
}

/** The attempts of a run in the order in which they were made. */
export async function listAttempts(
  db: Db,
  {
    tenantId,
    runId,
    after,
    limit,
  }: {
    tenantId: string;
    runId: string;
    after: { step: number; attempt: number } | null;
    limit: number;
  },
): Promise<UsageRow[]> {
  let query = entries(db, { tenantId, runId }).selectAll();
  if (after !== null) {
    query = query.where((eb) => eb(eb.refTuple('step', 'attempt'), '>', eb.tuple(after.step, after.attempt)));
  }
  return await query.orderBy('step').orderBy('attempt').limit(limit).execute();
}

/** Today in UTC, by the database's clock. */
export async function findToday(db: Db): Promise<UsageRange> {
  const day = sql`date_trunc('day', statement_timestamp() at time zone 'UTC')`;
  const { rows } = await sql<UsageRange>`
    select ${day} at time zone 'UTC' as "from", (${day} + interval '1 day') at time zone 'UTC' as "to"`.execute(
    db,
  );
  const [today] = rows;
  if (today === undefined) throw new Error('a select without its row');
  return today;
}

/** A moment, in whole milliseconds, after everything that has been written. */
export async function findMomentAfterAll(db: Db): Promise<Date> {
  const { rows } = await sql<{ at: Date }>`
    select date_trunc('milliseconds', clock_timestamp()) + interval '1 ms' as at`.execute(db);
  const [now] = rows;
  if (now === undefined) throw new Error('a select without its row');
  return now.at;
}
