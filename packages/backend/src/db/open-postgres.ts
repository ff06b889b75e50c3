import { PostgresDialect } from 'kysely';
import { Pool, types } from 'pg';
import { type Database, kyselyOn } from './database.ts';
import { giveUpBrokenConnections } from './give-up-pool.ts';

export interface PostgresOptions {
  url: string;
  /** Connections for requests and workers; the log writer has two of its own. Default 20. */
  poolSize?: number;
  /** Told about connections that break; the pool replaces them. */
  onBrokenConnection?: (err: Error) => void;
  /** How long to wait for a connection; default 5 s. */
  connectTimeoutMs?: number;
  /** How long to wait for an answer, should the server not keep its own limit of 15 s; default 20 s. */
  queryTimeoutMs?: number;
}

/** Opens a pool on a PostgreSQL 15 or newer. Connects lazily; every wait in it ends. */
export function openPostgres(options: PostgresOptions): Database {
  const answer = { statementMs: 15_000, answerMs: options.queryTimeoutMs ?? 20_000 };
  const db = kyselyOn(dialect(options, { max: options.poolSize ?? 20, lockMs: 8_000, ...answer }));
  // A batch of the log has many waiting for it, so it does not wait long for the lock of one of them.
  const writerDb = kyselyOn(
    dialect(options, { max: 2, lockMs: 1_000, ...answer, sessionOptions: '-c role=aura_writer' }),
  );
  const leaseDb = kyselyOn(
    dialect(options, {
      max: 2,
      lockMs: 1_000,
      statementMs: 2_000,
      answerMs: 2_000,
      sessionOptions: '-c role=aura_system',
    }),
  );
  const migrationDb = kyselyOn(dialect(options, { max: 1, lockMs: 0, statementMs: 0, answerMs: 0 }));
  return {
    kind: 'postgres',
    db,
    writerDb,
    leaseDb,
    migrationDb,
    async [Symbol.asyncDispose]() {
      await Promise.all([db, writerDb, leaseDb, migrationDb].map(async (pool) => await pool.destroy()));
    },
  };
}

/** Zero is no limit. */
interface Limits {
  max: number;
  statementMs: number;
  lockMs: number;
  answerMs: number;
  sessionOptions?: string;
}

function dialect(
  { url, onBrokenConnection, connectTimeoutMs = 5_000 }: PostgresOptions,
  { max, statementMs, lockMs, answerMs, sessionOptions = '' }: Limits,
): PostgresDialect {
  const pool = new Pool({
    connectionString: url,
    max,
    options: sessionOptions,
    application_name: 'aura',
    connectionTimeoutMillis: connectTimeoutMs,
    statement_timeout: statementMs,
    query_timeout: answerMs,
    lock_timeout: lockMs,
    idle_in_transaction_session_timeout: 15_000,
    keepAlive: true,
    types: {
      getTypeParser: (oid: number, format) => (oid === INT8 ? Number : types.getTypeParser(oid, format)),
    },
  });
  // On the connections as well as on the pool, which hears only those that are idle: one that breaks between two
  // statements of a transaction would otherwise end the process.
  pool.on('connect', (client) => client.on('error', (err) => onBrokenConnection?.(err)));
  pool.on('error', () => {});
  return new PostgresDialect({ pool: giveUpBrokenConnections(pool) });
}

/** `seq`, `fence` and counts stay far below 2^53, so they are read as numbers. */
export const INT8 = 20;
