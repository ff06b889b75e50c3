import { type RawBuilder, sql } from 'kysely';
import type { BackendConfig } from '../../config.ts';
import type { Core } from '../../context.ts';

/** What periodic work needs of a node. */
export interface UpkeepContext {
  config: Pick<BackendConfig, 'retentionDays' | 'rates'>;
  database: Core['database'];
  hub: Core['hub'];
  blobs: Core['blobs'];
  log: Core['log'];
}

export const DEFAULT_RETENTION_DAYS = 30;

/** What happened before this, by the database's clock, is no longer kept. */
export function retainedSince({
  config,
}: {
  config: Pick<BackendConfig, 'retentionDays'>;
}): RawBuilder<Date> {
  return daysAgo(config.retentionDays ?? DEFAULT_RETENTION_DAYS);
}

export function daysAgo(days: number): RawBuilder<Date> {
  return sql<Date>`(clock_timestamp() - make_interval(days => ${days}::int))`;
}
