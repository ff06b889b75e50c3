import type { PostgresCursor, PostgresPool, PostgresPoolClient, PostgresQueryResult } from 'kysely';

/**
 * A pool whose connections are not used again after anything but a proper answer: behind a network that swallows
 * packets such a connection never answers, and the pool would hand it out first, again and again.
 */
export function giveUpBrokenConnections(pool: PostgresPool): PostgresPool {
  return {
    options: pool.options,
    connect: async () => new Connection(await pool.connect()),
    end: async () => await pool.end(),
  };
}

class Connection implements PostgresPoolClient {
  readonly #client: PostgresPoolClient;
  #failure: unknown = null;

  constructor(client: PostgresPoolClient) {
    this.#client = client;
  }

  query<R>(sql: string, parameters: readonly unknown[]): Promise<PostgresQueryResult<R>>;
  query<R>(cursor: PostgresCursor<R>): PostgresCursor<R>;
  query<R>(sql: string | PostgresCursor<R>, parameters: readonly unknown[] = []) {
    if (typeof sql !== 'string') return this.#client.query<R>(sql);
    return this.#run<R>(sql, parameters);
  }

  release(destroy = false): void {
    this.#client.release(destroy || this.#failure !== null);
  }

  async #run<R>(sql: string, parameters: readonly unknown[]): Promise<PostgresQueryResult<R>> {
    // So a transaction that lost its connection does not wait for its rollback, and says what happened first.
    if (this.#failure !== null) throw this.#failure;
    try {
      return await this.#client.query<R>(sql, parameters);
    } catch (err) {
      if (!isAnswer(err)) this.#failure = err;
      throw err;
    }
  }
}

/** The server refused one statement and goes on, unlike after FATAL or when nothing was heard of it. */
function isAnswer(err: unknown): boolean {
  return err instanceof Error && 'severity' in err && err.severity === 'ERROR';
}
