import { type Kysely, sql } from 'kysely';
import type { Schema } from './schema.ts';

/** Those who name the same thing go one after the other, each until its transaction ends. For what no row stands for. */
export async function takeTurn(db: Kysely<Schema>, name: string): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtextextended(${name}, 0))`.execute(db);
}
