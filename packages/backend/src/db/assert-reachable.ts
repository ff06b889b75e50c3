import { sql } from 'kysely';
import { StartError } from '../start-error.ts';
import type { Database } from './database.ts';
import { sqlStateOf } from './database-errors.ts';

/** Connects for the first time. Throws a `StartError` that says what is wrong with `DATABASE_URL`, without the password. */
export async function assertReachable({ migrationDb }: Pick<Database, 'migrationDb'>): Promise<void> {
  try {
    await sql`select 1`.execute(migrationDb);
  } catch (cause) {
    throw new StartError(`DATABASE_URL: ${reasonOf(cause)}. ${adviceOn(cause)}`, { cause });
  }
}

/** A name with several addresses (`localhost`) fails with an error for each and a message for none. */
function reasonOf(err: unknown): string {
  if (err instanceof AggregateError) return err.errors.map(reasonOf).join(', ');
  return err instanceof Error ? err.message : String(err);
}

function adviceOn(err: unknown): string {
  const reason = reasonOf(err);
  if (/^SASL: .*password/.test(reason)) {
    return 'Put the password into it: postgres://user:password@host/name.';
  }
  if (/timeout/i.test(reason)) return 'Does PostgreSQL answer there, and does a firewall let it through?';
  switch (sqlStateOf(err) ?? '') {
    case 'ECONNREFUSED':
      return 'Is PostgreSQL running there?';
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return 'Is the name of the host right?';
    case '28P01':
    case '28000':
      return 'Are the user and the password right, and may this user connect from here?';
    case 'ERR_INVALID_URL':
      return 'Write special characters of the password with a percent sign, as URLs have them (# is %23).';
    case '3D000':
      return 'Is its name right? createdb makes it.';
    default:
      return 'Aura needs a PostgreSQL 15 or newer that it can connect to.';
  }
}
