import { type Kysely, sql } from 'kysely';
import type { Database } from './database.ts';
import type { Schema } from './schema.ts';

/**
 * Runs one statement under the role that may only append, over all tenants: it must check in every row it joins whose it
 * is. On PostgreSQL the statement is its own transaction, so that a group's commit is one round trip.
 */
export async function asWriter<T>(
  { db, writerDb }: Pick<Database, 'db' | 'writerDb'>,
  statement: (db: Kysely<Schema>) => Promise<T>,
): Promise<T> {
  if (writerDb !== null) return await statement(writerDb);
  return await db.transaction().execute(async (tx) => {
    await sql`select set_config('role', 'aura_writer', true)`.execute(tx);
    return await statement(tx);
  });
}
