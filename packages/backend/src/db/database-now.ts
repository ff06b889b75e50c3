import { sql } from 'kysely';

/** Now, by the database's clock and in whole milliseconds: what pages and cursors can name exactly. */
export const databaseNow = sql<Date>`date_trunc('milliseconds', clock_timestamp())`;
