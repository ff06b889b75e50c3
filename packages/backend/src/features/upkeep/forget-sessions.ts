import { sql } from 'kysely';
import { withSystemTransaction } from '../../db/transaction.ts';
import { inBatches } from './in-batches.ts';
import { daysAgo, type UpkeepContext } from './retention.ts';

const BATCH = 1_000;
/** A stolen refresh token of an ended session is still recognised, and audited, for so long. */
const KEPT_DAYS = 30;
/** What counts against guessing passwords is over after an hour. */
const ATTEMPTS_KEPT_DAYS = 1;

/**
 * Removes sessions that ended or ran out long ago, failed logins that say nothing any more and tickets nobody came with.
 * The audit log stays.
 */
export async function forgetSessions(ctx: UpkeepContext, signal: AbortSignal): Promise<void> {
  const ended = sql`
    select id from sessions
    where created_at < ${daysAgo(KEPT_DAYS)} and least(revoked_at, expires_at) < ${daysAgo(KEPT_DAYS)}
    order by created_at limit ${BATCH} for update skip locked`;
  const attempts = sql`
    select key from login_attempts
    where last_failed_at < ${daysAgo(ATTEMPTS_KEPT_DAYS)}
    order by last_failed_at limit ${BATCH} for update skip locked`;
  const used = sql`
    select digest from used_once where expires_at < clock_timestamp()
    order by expires_at limit ${BATCH} for update skip locked`;
  const tickets = sql`
    select hash from socket_tickets where expires_at <= clock_timestamp()
    order by expires_at limit ${BATCH} for update skip locked`;
  for (const statement of [
    sql`delete from sessions where id in (${ended})`,
    sql`delete from login_attempts where key in (${attempts})`,
    sql`delete from used_once where digest in (${used})`,
    sql`delete from socket_tickets where hash in (${tickets})`,
  ]) {
    await inBatches(
      signal,
      async () =>
        await withSystemTransaction(ctx, async ({ db }) => {
          const { numAffectedRows = 0n } = await statement.execute(db);
          return { isLast: numAffectedRows < BATCH };
        }),
    );
  }
}
