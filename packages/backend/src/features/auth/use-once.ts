import { createHash } from 'node:crypto';
import { type Kysely, sql } from 'kysely';
import type { Schema } from '../../db/schema.ts';

/**
 * False when it was used before, however many try at once and on whichever node: a unique key decides. `name` says what
 * kind of thing it is and which one; kept (as SHA-256) until `expiresAt`, after which the thing itself is refused.
 */
export async function useOnce(
  db: Kysely<Schema>,
  { name, expiresAt }: { name: readonly [string, ...string[]]; expiresAt: Date },
): Promise<boolean> {
  const digest = createHash('sha256').update(JSON.stringify(name)).digest();
  const row = await db
    .insertInto('usedOnce')
    .values({ digest, expiresAt: sql<Date>`greatest(${expiresAt}::timestamptz, clock_timestamp())` })
    .onConflict((conflict) => conflict.doNothing())
    .returning('expiresAt')
    .executeTakeFirst();
  return row !== undefined;
}
