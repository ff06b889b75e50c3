import type { RunEvent } from '@aura/contract';
import type { Kysely } from 'kysely';
import type { Schema } from '../../db/schema.ts';
import type { RunRow } from './run-store.ts';
import { runEvent } from './run-view.ts';

/** What the log says of a run, in order: all of it, or the given types alone. */
export async function readRunEvents(
  db: Kysely<Schema>,
  { id, conversationId, firstSeq, lastSeq }: RunRow,
  types?: readonly RunEvent['type'][],
): Promise<RunEvent[]> {
  if (firstSeq === null) return [];
  let query = db
    .selectFrom('events')
    .select(['seq', 'type', 'runId', 'at', 'data'])
    .where('streamId', '=', conversationId)
    .where('seq', '>=', firstSeq)
    .where('runId', '=', id);
  if (lastSeq !== null) query = query.where('seq', '<=', lastSeq);
  if (types !== undefined) query = query.where('type', 'in', types);
  const rows = await query.orderBy('seq').execute();
  return rows.map((row) => runEvent({ ...row, at: row.at.toISOString() }));
}
