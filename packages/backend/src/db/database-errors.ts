import { AppError } from '../app-error.ts';

/**
 * What a failing database means to a caller, or null when `err` is not about its availability. A connection cut in
 * mid-commit leaves the outcome unknown, so the message never claims that nothing happened.
 */
export function databaseTrouble(err: unknown): AppError | null {
  if (!(err instanceof Error)) return null;
  const code = sqlStateOf(err) ?? '';
  if (TIMEOUT_CODES.test(code) || TIMEOUT_MESSAGES.test(err.message)) {
    return new AppError('TIMEOUT', {
      message: 'The database took too long. Try again; repeating the call with the same clientId is safe.',
      cause: err,
      retryAfterMs: 1_000,
    });
  }
  if (UNAVAILABLE_CODES.test(code) || UNAVAILABLE_MESSAGES.test(err.message)) {
    return new AppError('UNAVAILABLE', {
      message:
        'The database cannot be reached, so it is not known whether this took effect. Try again; repeating the call with the same clientId is safe.',
      cause: err,
      retryAfterMs: 1_000,
    });
  }
  return null;
}

/** The database's code for what went wrong (SQLSTATE), or Node's for a connection; null for other errors. */
export function sqlStateOf(err: unknown): string | null {
  return err instanceof Error && 'code' in err && typeof err.code === 'string' ? err.code : null;
}

/** A statement, a lock, a transaction that nobody went on with. */
const TIMEOUT_CODES = /^(57014|55P03|25P03)$/;
/** Of `pg`, which has no codes of its own. */
const TIMEOUT_MESSAGES = /^(Query read timeout|timeout exceeded when trying to connect|timeout expired)/i;

/** Connection, sign-in, resources, shutdown and crash, a race that repeating did not settle; then Node's own. */
const UNAVAILABLE_CODES =
  /^((08|28|53)...|3D000|57P0.|40001|40P01|ECONN.*|EPIPE|ENOTFOUND|EHOSTUNREACH|ENETUNREACH|ETIMEDOUT|EAI_AGAIN)$/;
/** Of `pg`, `pg-pool`, kysely and PGlite; the last two while this node stops. */
const UNAVAILABLE_MESSAGES =
  /Connection terminated|Connection ended|connection error|after calling end on the pool|driver has already been destroyed|PGlite (is|instance is already) closed/i;
