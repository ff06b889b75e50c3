import { CamelCasePlugin, type Dialect, Kysely } from 'kysely';
import type { Schema } from './schema.ts';

/** A connection to the database, whichever of the two it is. */
export interface Database extends AsyncDisposable {
  readonly kind: 'pglite' | 'postgres';
  readonly db: Kysely<Schema>;
  /**
   * Connections whose role may only append to the log. On PostgreSQL a session of that role, so that a batch is one
   * round trip; on PGlite, which has a single session, null: take the role inside a transaction.
   */
  readonly writerDb: Kysely<Schema> | null;
  /**
   * Connections that claim runs and renew their leases, so that a busy pool loses none, and hundreds of claims at once leave
   * that pool to requests. Their role is `aura_system`.
   */
  readonly leaseDb: Kysely<Schema>;
  /** For migrations, which may take as long as the tables are large: without the limits on statements and locks. */
  readonly migrationDb: Kysely<Schema>;
}

/** The one place where kysely is made, so that keys inside jsonb are never rewritten. */
export function kyselyOn(dialect: Dialect): Kysely<Schema> {
  return new Kysely<Schema>({ dialect, plugins: [new CamelCasePlugin({ maintainNestedObjectKeys: true })] });
}
