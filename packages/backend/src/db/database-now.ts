import { type Kysely, sql } from 'kysely';
import type { Schema } from './schema.ts';

/** Now, by the database's clock and in whole milliseconds: what pages and cursors can name exactly. */
export const databaseNow = sql<Date>`date_trunc('milliseconds', clock_timestamp())`;

/** The same as a value, for what is written to a row and to an event. */
export async function readNow(db: Kysely<Schema>): Promise<Date> {
  const { rows } = await sql<{ now: Date }>`select ${databaseNow} as now`.execute(db);
  const [row] = rows;
  if (row === undefined) throw new Error('the database does not know what time it is');
  return row.now;
}
