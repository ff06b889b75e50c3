import type { PostgresCursor, PostgresPool, PostgresPoolClient, PostgresQueryResult } from 'kysely';
import type { Pool, PoolClient } from 'pg';
import { sqlStateOf } from './database-errors.ts';
import { createStatementNames, type StatementNames } from './statement-names.ts';

/**
 * A pool whose connections are not used again after anything but a proper answer: behind a network that swallows
 * packets such a connection never answers, and the pool would hand it out first, again and again. Each connection
 * prepares the statements it sees, since planning them costs more than executing them.
 */
export function giveUpBrokenConnections(pool: Pool): PostgresPool {
  const names = createStatementNames();
  return {
    options: pool.options,
    connect: async () => new Connection(await pool.connect(), names),
    end: async () => await pool.end(),
  };
}

class Connection implements PostgresPoolClient {
  readonly #client: PoolClient;
  readonly #names: StatementNames;
  #failure: unknown = null;

  constructor(client: PoolClient, names: StatementNames) {
    this.#client = client;
    this.#names = names;
  }

  query<R>(sql: string, parameters: readonly unknown[]): Promise<PostgresQueryResult<R>>;
  query<R>(cursor: PostgresCursor<R>): PostgresCursor<R>;
  query<R>(sql: string | PostgresCursor<R>, parameters: readonly unknown[] = []) {
    const client: PostgresPoolClient = this.#client;
    return typeof sql === 'string' ? this.#run<R>(sql, parameters) : client.query<R>(sql);
  }

  release(destroy = false): void {
    this.#client.release(destroy || this.#failure !== null);
  }

  async #run<R>(text: string, parameters: readonly unknown[]): Promise<PostgresQueryResult<R>> {
    // So a transaction that lost its connection does not wait for its rollback, and says what happened first.
    if (this.#failure !== null) throw this.#failure;
    const client: PostgresPoolClient = this.#client;
    const name = parameters.length === 0 ? null : this.#names.of(text);
    try {
      if (name === null) return await client.query<R>(text, parameters);
      return await this.#execute<R>({ name, text, values: [...parameters] });
    } catch (err) {
      if (!isAnswer(err) || isOutdatedPlan(err)) this.#failure = err;
      throw err;
    }
  }

  async #execute<R>(prepared: {
    name: string;
    text: string;
    values: unknown[];
  }): Promise<PostgresQueryResult<R>> {
    const { command, rowCount, rows } = await this.#client.query<R & object>(prepared);
    return { command: commandOf(command), rowCount: rowCount ?? 0, rows };
  }
}

const COMMANDS = ['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'MERGE', 'COMMIT', 'ROLLBACK'] as const;

const commandOf = (command: string): (typeof COMMANDS)[number] =>
  COMMANDS.find((known) => known === command) ?? 'SELECT';

/** A table was changed since the statement was prepared; this connection would be refused for ever. */
function isOutdatedPlan(err: unknown): boolean {
  return sqlStateOf(err) === '0A000';
}

/** The server refused one statement and goes on, unlike after FATAL or when nothing was heard of it. */
function isAnswer(err: unknown): boolean {
  return err instanceof Error && 'severity' in err && err.severity === 'ERROR';
}
