import { type Kysely, sql } from 'kysely';

/** One statement at a time: PGlite's extended protocol takes no more. */
export async function runStatements(db: Kysely<unknown>, statements: readonly string[]): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}
