import type { Database } from '../db/database.ts';
import { withTransaction } from '../db/transaction.ts';
import type { StreamEvent } from './event.ts';
import { readEvents } from './read-events.ts';

export interface PageRequest {
  tenantId: string;
  streamId: string;
  after: number;
}

/** Reads pages of the log. Readers that want the same page at the same time share one query: a storm of clients that come back costs a query a page, not a query a client. */
export interface PageReader {
  read(request: PageRequest): Promise<readonly StreamEvent[]>;
  /** Queries made so far; for metrics and tests. */
  readonly queryCount: number;
}

export function createPageReader(database: Database): PageReader {
  const underWay = new Map<string, Promise<readonly StreamEvent[]>>();
  const hub = { publish: () => {} };
  let queryCount = 0;
  return {
    read({ tenantId, streamId, after }) {
      const key = `${tenantId}/${streamId}/${after}`;
      const shared = underWay.get(key);
      if (shared !== undefined) return shared;
      queryCount++;
      const caller = { tenantId, userId: tenantId };
      const page = withTransaction(
        { database, hub, caller },
        async ({ db }) => await readEvents(db, { streamId, after }),
      );
      underWay.set(key, page);
      const forget = (): void => void underWay.delete(key);
      page.then(forget, forget);
      return page;
    },
    get queryCount() {
      return queryCount;
    },
  };
}
