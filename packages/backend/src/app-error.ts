import type { ErrorCode, ErrorData } from '@aura/contract';

type Extras = Pick<ErrorData, 'issues' | 'retryAfterMs' | 'decision'>;

/** Something a caller caused or should know of. Transports map `code`; the message says what to do next. */
export class AppError extends Error {
  override name = 'AppError';
  readonly code: ErrorCode;
  readonly extras: Extras;

  constructor(code: ErrorCode, options: { message: string; cause?: unknown } & Extras) {
    const { message, cause, ...extras } = options;
    super(message, { cause });
    this.code = code;
    this.extras = extras;
  }
}

/** The answer for what does not exist and for what the caller may not see: always the same bytes. */
export function notFound(what: string): AppError {
  return new AppError('NOT_FOUND', { message: `No such ${what}.` });
}

/** The answer when the session behind a token or a call has ended. */
export function sessionRevoked(): AppError {
  return new AppError('SESSION_REVOKED', { message: 'This session was ended. Sign in again.' });
}

/** The answer to somebody whose account was deactivated, told only to whoever has shown that the account is theirs. */
export function accountInactive(): AppError {
  return new AppError('ACCOUNT_INACTIVE', {
    message: 'This account is switched off. Ask an administrator to switch it on again.',
  });
}
