import type { PGlite } from '@electric-sql/pglite';
import { Pool } from 'pg';
import type { Db } from 'pg-boss';

/** Where jobs are kept: on PostgreSQL over connections of their own, in PGlite over the only one there is. */
export type JobDatabase = { kind: 'postgres'; url: string } | { kind: 'pglite'; pglite: PGlite };

export interface JobConnection extends Db, AsyncDisposable {
  /** The last statement could not be executed for want of a database. */
  readonly isBroken: boolean;
}

/** Connections are few: jobs are polled for by a handful of statements a second, whatever the load. */
const MAX_CONNECTIONS = 3;

export function openJobConnection(
  database: JobDatabase,
  /** `work` has limits on every wait; `install` has none on statements, since tables may be large. */
  purpose: 'work' | 'install',
): JobConnection {
  switch (database.kind) {
    case 'postgres':
      return overPool(database.url, purpose);
    case 'pglite':
      return overPglite(database.pglite);
  }
}

function overPool(url: string, purpose: 'work' | 'install'): JobConnection {
  const limits = purpose === 'work' ? { statement_timeout: 15_000, query_timeout: 20_000 } : {};
  const pool = new Pool({
    connectionString: url,
    application_name: 'aura-jobs',
    max: purpose === 'work' ? MAX_CONNECTIONS : 1,
    connectionTimeoutMillis: 5_000,
    lock_timeout: purpose === 'work' ? 8_000 : 0,
    idle_in_transaction_session_timeout: 30_000,
    keepAlive: true,
    ...limits,
  });
  // Both, or a connection that breaks would end the process. The next statement opens another one.
  pool.on('connect', (client) => client.on('error', () => {}));
  pool.on('error', () => {});
  let isBroken = false;
  return {
    get isBroken() {
      return isBroken;
    },
    async executeSql(text, values) {
      try {
        // The pool drops a connection on which a statement failed, so none is left in a failed transaction.
        const result = await pool.query<Record<string, unknown>>(text, values);
        isBroken = false;
        // Several statements in one text have several results, which the types of `pg` do not say.
        const results: unknown = result;
        return { rows: Array.isArray(results) ? results.flatMap(rowsOf) : result.rows };
      } catch (err) {
        isBroken = !isAnswer(err);
        throw err;
      }
    },
    async [Symbol.asyncDispose]() {
      await pool.end();
    },
  };
}

/** The instance belongs to whoever opened it. */
function overPglite(pglite: PGlite): JobConnection {
  return {
    get isBroken() {
      return pglite.closed;
    },
    async executeSql(text, values) {
      if (values !== undefined && values.length > 0) {
        return await pglite.query<Record<string, unknown>>(text, values);
      }
      // A text that brings its own transaction runs inside one of PGlite's, so that nobody else's statement comes
      // between its parts, and what fails is rolled back before the next one's turn.
      const results = /^\s*begin\b/i.test(text)
        ? await pglite.transaction(async (tx) => await tx.exec(text))
        : await pglite.exec(text);
      return { rows: results.flatMap(rowsOf) };
    },
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

function rowsOf(result: unknown): unknown[] {
  return typeof result === 'object' && result !== null && 'rows' in result && Array.isArray(result.rows)
    ? result.rows
    : [];
}

/** The server refused one statement and goes on. */
function isAnswer(err: unknown): boolean {
  return err instanceof Error && 'severity' in err && err.severity === 'ERROR';
}
