import { type Kysely, sql, type SqlBool } from 'kysely';
import { createHash } from 'node:crypto';
import type { Schema } from '../../db/schema.ts';
import { networkOf } from './network-of.ts';

/**
 * Slows guessing down, by account and by network address. All times are the database's.
 *
 * After `FREE_FAILURES` failures in a row every further one closes the door for 1 s, 2 s, 4 s … at most 15 min. It
 * always opens again: an attacker can make the owner wait but never lock them out. An hour without a failure, or the
 * right password (for the account), forgets it all.
 *
 * Guesses that run in parallel are counted one after the other when they end, under the row's lock. One that ends
 * while the door is closed gets no answer but `locked`, right or wrong, so nothing is gained by being many.
 */
export interface AttemptKeys {
  account: string;
  /** Null when the address is unknown. */
  address: string | null;
}

const FREE_FAILURES = { account: 5, address: 20 };
const MAX_LOCK_S = 15 * 60;
const MEMORY = sql`interval '1 hour'`;
/** Each failure also removes a few rows that say nothing any more, so the table never outgrows a day's attacks. */
const SWEPT_ROWS = 20;

type Db = Kysely<Schema>;

/** `email` normalized. Hashed, because people type passwords into the wrong field. */
export function attemptKeys(email: string, address: string | null): AttemptKeys {
  const hash = createHash('sha256').update(email).digest('base64url');
  return { account: `account:${hash}`, address: address === null ? null : `address:${networkOf(address)}` };
}

/** How long the door is still closed; 0 when it is open. */
export async function lockedForMs(db: Db, keys: AttemptKeys): Promise<number> {
  const row = await db
    .selectFrom('loginAttempts')
    .select(
      sql<number | null>`ceil(max(extract(epoch from locked_until - clock_timestamp()) * 1000))::float8`.as(
        'remainingMs',
      ),
    )
    .where('key', 'in', keys.address === null ? [keys.account] : [keys.account, keys.address])
    .executeTakeFirst();
  return Math.max(0, row?.remainingMs ?? 0);
}

/** As `lockedForMs`, and lets the account's other guesses wait until this transaction has counted its own. */
export async function holdDoor(db: Db, keys: AttemptKeys): Promise<number> {
  await db.selectFrom('loginAttempts').select('key').where('key', '=', keys.account).forUpdate().execute();
  return await lockedForMs(db, keys);
}

/** Counts a wrong password. Answers how long the door had been closed already: above 0 nothing may be told. */
export async function countFailure(db: Db, keys: AttemptKeys): Promise<number> {
  const isCounted = await addFailure(db, keys.account, FREE_FAILURES.account);
  // The account first, as everywhere, so that two logins cannot wait for each other.
  if (keys.address !== null) await addFailure(db, keys.address, FREE_FAILURES.address);
  await sweep(db);
  return isCounted ? 0 : await lockedForMs(db, keys);
}

/** Forgets the account's failures. The address keeps its count, or one account of their own would let guessers go on. */
export async function countSuccess(db: Db, keys: AttemptKeys): Promise<void> {
  await db.deleteFrom('loginAttempts').where('key', '=', keys.account).execute();
}

async function addFailure(db: Db, key: string, freeFailures: number): Promise<boolean> {
  const failures = sql<number>`case when a.last_failed_at < clock_timestamp() - ${MEMORY} then 1 else a.failures + 1 end`;
  const lockSeconds = sql<number>`least(${MAX_LOCK_S}, 2 ^ least(${failures} - ${freeFailures}, 20))`;
  const { rows } = await sql`
    insert into login_attempts as a (key, failures, last_failed_at) values (${key}, 1, clock_timestamp())
    on conflict (key) do update set
      failures = ${failures},
      locked_until = case when ${failures} < ${freeFailures} then null
        else clock_timestamp() + ${lockSeconds} * interval '1 second' end,
      last_failed_at = clock_timestamp()
    where a.locked_until is null or a.locked_until <= clock_timestamp()
    returning key`.execute(db);
  return rows.length > 0;
}

async function sweep(db: Db): Promise<void> {
  await db
    .deleteFrom('loginAttempts')
    .where('key', 'in', (query) =>
      query
        .selectFrom('loginAttempts')
        .select('key')
        .where(sql<SqlBool>`last_failed_at < clock_timestamp() - interval '1 day'`)
        .limit(SWEPT_ROWS)
        .forUpdate()
        .skipLocked(),
    )
    .execute();
}
