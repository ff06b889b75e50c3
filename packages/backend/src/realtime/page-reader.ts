import type { Database } from '../db/database.ts';
import { NO_HUB, withTransaction } from '../db/transaction.ts';
import type { StreamEvent } from './event.ts';
import { createPace } from './pace.ts';
import { PageCache } from './page-cache.ts';
import { PAGE_SIZE, readEvents } from './read-events.ts';

export interface PageRequest {
  tenantId: string;
  streamId: string;
  after: number;
  /** `StreamWatch.version`: what was read under another one is not what is wanted. */
  version: string;
}

/**
 * Reads pages of the log. Pages begin at multiples of their size, so that readers with different cursors want the same
 * ones, and readers that want the same page at the same time share one query: a storm of clients that come back costs
 * a query a page, not a query a client. A page is kept for a few seconds: what is on it does not change but by a rewrite.
 */
export interface PageReader {
  /** The page that the event after `after` is on. */
  read(request: PageRequest): Promise<Page>;
  /** Queries made so far; for metrics and tests. */
  readonly queryCount: number;
}

export interface Page {
  /** Beginning before what was asked for, in most cases; where the log has been pruned with holes. */
  readonly events: readonly StreamEvent[];
  /** The size of `events` as JSON. */
  readonly chars: number;
  /** The log may go on behind this page; else it ended here when it was read. */
  readonly isFull: boolean;
}

export function createPageReader(database: Database): PageReader {
  const underWay = new Map<string, Promise<Page>>();
  const kept = new PageCache();
  const pace = createPace();
  let queryCount = 0;

  const query = async ({ tenantId, streamId, after }: Omit<PageRequest, 'version'>): Promise<Page> => {
    queryCount++;
    const caller = { tenantId, userId: tenantId };
    // Without an upper end: where events before it were pruned the page holds later ones, and is never mistaken for the last.
    const events = await withTransaction(
      { database, hub: NO_HUB, caller },
      async ({ db }) => await readEvents(db, { streamId, after }),
    );
    return { events, chars: JSON.stringify(events).length, isFull: events.length === PAGE_SIZE };
  };

  const pageOf = async ({ tenantId, streamId, after, version }: PageRequest): Promise<Page> => {
    const start = after - (after % PAGE_SIZE);
    const key = `${tenantId}/${streamId}/${version}/${start}`;
    const known = kept.get(key);
    // One that was not full tells those who have less than it; after it they look again.
    if (known !== undefined && (known.events.at(-1)?.seq ?? 0) > after) return { ...known, isFull: true };
    const shared = underWay.get(key);
    if (shared !== undefined) return await shared;
    const reading = query({ tenantId, streamId, after: start });
    underWay.set(key, reading);
    try {
      const page = await reading;
      kept.set(key, page);
      return page;
    } finally {
      underWay.delete(key);
    }
  };

  return {
    async read(request) {
      const page = await pageOf(request);
      await pace.next();
      return page;
    },
    get queryCount() {
      return queryCount;
    },
  };
}
