import { AppError } from '../app-error.ts';

/**
 * What a failing database means to a caller, or null when `err` is not about its availability. A connection cut in
 * mid-commit leaves the outcome unknown, so the message never claims that nothing happened.
 */
export function databaseTrouble(err: unknown): AppError | null {
  if (!(err instanceof Error)) return null;
  const code = 'code' in err && typeof err.code === 'string' ? err.code : '';
  if (
    code === '57014' ||
    code === '55P03' ||
    (/timeout/i.test(err.message) && PG_TIMEOUT.test(err.message))
  ) {
    return new AppError('TIMEOUT', {
      message: 'The database took too long. Try again; repeating the call with the same clientId is safe.',
      cause: err,
      retryAfterMs: 1_000,
    });
  }
  if (
    CONNECTION_CODES.test(code) ||
    /Connection terminated|Connection ended|connection error/i.test(err.message)
  ) {
    return new AppError('UNAVAILABLE', {
      message:
        'The database cannot be reached, so it is not known whether this took effect. Try again; repeating the call with the same clientId is safe.',
      cause: err,
      retryAfterMs: 1_000,
    });
  }
  return null;
}

const PG_TIMEOUT = /^(Query read timeout|timeout exceeded when trying to connect|timeout expired)/i;
const CONNECTION_CODES = /^(08|57P0|53300|ECONN|EPIPE|ENOTFOUND|EHOSTUNREACH|ETIMEDOUT|EAI_AGAIN)/;
