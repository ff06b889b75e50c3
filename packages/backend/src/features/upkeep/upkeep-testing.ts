import { sql } from 'kysely';
import type { TestBackend } from '../../testing/test-backend.ts';

/** For what has no time limit of its own in a test. */
export const unhurried = (): AbortSignal => AbortSignal.timeout(30_000);

/** As if so many days had gone by since everything in the conversation happened. */
export async function age({ backend }: TestBackend, conversationId: string, days: number): Promise<void> {
  const { db } = backend.database;
  const ago = sql`make_interval(days => ${days}::int)`;
  await sql`update runs set ended_at = ended_at - ${ago} where conversation_id = ${conversationId}`.execute(
    db,
  );
  await sql`update events set at = at - ${ago} where stream_id = ${conversationId}`.execute(db);
  await sql`update conversations set deleted_at = deleted_at - ${ago} where id = ${conversationId}`.execute(
    db,
  );
}

/** How many events the log holds of a stream, by type. */
export async function eventCounts(
  { backend }: TestBackend,
  streamId: string,
): Promise<Record<string, number>> {
  const { rows } = await sql<{ type: string; n: number }>`
    select type, count(*)::int as n from events where stream_id = ${streamId} group by type`.execute(
    backend.database.db,
  );
  return Object.fromEntries(rows.map(({ type, n }) => [type, n]));
}

/** Gives a run so many more pieces than it has, at the end of its conversation's stream. */
export async function addPieces(
  { backend }: TestBackend,
  { conversationId, runId }: { conversationId: string; runId: string },
  count: number,
): Promise<void> {
  const { db } = backend.database;
  await sql`
    insert into events (stream_id, seq, tenant_id, type, run_id, data, at)
    select s.id, s.head + n, s.tenant_id, 'content_delta', ${runId}, '{}', now()
    from streams s, generate_series(1, ${count}::int) n where s.id = ${conversationId}`.execute(db);
  await sql`update streams set head = head + ${count} where id = ${conversationId}`.execute(db);
  await sql`
    update runs set last_seq = (select head from streams where id = ${conversationId})
    where id = ${runId}`.execute(db);
}
