import { PostgresDialect } from 'kysely';
import { Pool, types } from 'pg';
import { type Database, kyselyOn } from './database.ts';

export interface PostgresOptions {
  url: string;
  /** Connections for requests and workers; the log writer has two of its own. Default 20. */
  poolSize?: number;
  /** Told about connections that break while idle; the pool replaces them. */
  onIdleError?: (err: Error) => void;
}

/** Opens a pool on a PostgreSQL 15 or newer. Connects lazily; every wait in it ends. */
export function openPostgres(options: PostgresOptions): Database {
  const pools = [
    makePool(options, options.poolSize ?? 20),
    makePool(options, 2, '-c role=aura_writer'),
  ] as const;
  const db = kyselyOn(new PostgresDialect({ pool: pools[0] }));
  const writerDb = kyselyOn(new PostgresDialect({ pool: pools[1] }));
  return {
    kind: 'postgres',
    db,
    writerDb,
    async [Symbol.asyncDispose]() {
      await Promise.all([db.destroy(), writerDb.destroy()]);
    },
  };
}

function makePool({ url, onIdleError }: PostgresOptions, max: number, sessionOptions?: string): Pool {
  const pool = new Pool({
    connectionString: url,
    max,
    ...(sessionOptions === undefined ? {} : { options: sessionOptions }),
    application_name: 'aura',
    connectionTimeoutMillis: 5_000,
    statement_timeout: 15_000,
    query_timeout: 20_000,
    lock_timeout: 8_000,
    idle_in_transaction_session_timeout: 15_000,
    keepAlive: true,
    types: { getTypeParser: (oid, format) => (oid === INT8 ? Number : types.getTypeParser(oid, format)) },
  });
  pool.on('error', (err) => onIdleError?.(err));
  return pool;
}

/** `seq`, `fence` and counts stay far below 2^53, so they are read as numbers. */
export const INT8 = types.builtins.INT8;
