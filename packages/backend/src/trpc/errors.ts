import type { ErrorCode, ErrorData } from '@aura/contract';
import { type TRPC_ERROR_CODE_KEY, TRPCError } from '@trpc/server';
import { ZodError } from 'zod';
import { AppError } from '../app-error.ts';
import { databaseTrouble } from '../db/database-errors.ts';

/** The transport's code for each of ours; a new code does not compile until it has one. */
const TRPC_CODES: Record<ErrorCode, TRPC_ERROR_CODE_KEY> = {
  UNAUTHORIZED: 'UNAUTHORIZED',
  SESSION_REVOKED: 'UNAUTHORIZED',
  INVALID_CREDENTIALS: 'UNAUTHORIZED',
  ACCOUNT_INACTIVE: 'FORBIDDEN',
  ACCOUNT_LOCKED: 'TOO_MANY_REQUESTS',
  EMAIL_TAKEN: 'CONFLICT',
  REGISTRATION_CLOSED: 'FORBIDDEN',
  REFRESH_INVALID: 'UNAUTHORIZED',
  REFRESH_REUSED: 'UNAUTHORIZED',
  ISSUER_UNAVAILABLE: 'BAD_GATEWAY',
  FORBIDDEN: 'FORBIDDEN',
  NOT_FOUND: 'NOT_FOUND',
  BAD_INPUT: 'BAD_REQUEST',
  CONFLICT: 'CONFLICT',
  IDEMPOTENCY_CONFLICT: 'CONFLICT',
  RUN_ACTIVE: 'CONFLICT',
  APPROVAL_PENDING: 'CONFLICT',
  APPROVAL_DECIDED: 'CONFLICT',
  APPROVAL_EXPIRED: 'CONFLICT',
  APPROVAL_MISMATCH: 'CONFLICT',
  APPROVAL_OUTDATED: 'CONFLICT',
  ROOM_ARCHIVED: 'CONFLICT',
  MUTED: 'FORBIDDEN',
  SLOW_MODE: 'TOO_MANY_REQUESTS',
  BANNED: 'FORBIDDEN',
  TOO_MANY_REQUESTS: 'TOO_MANY_REQUESTS',
  PAYLOAD_TOO_LARGE: 'PAYLOAD_TOO_LARGE',
  TIMEOUT: 'TIMEOUT',
  UNAVAILABLE: 'SERVICE_UNAVAILABLE',
  INTERNAL: 'INTERNAL_SERVER_ERROR',
};

export function trpcCodeOf(code: ErrorCode): TRPC_ERROR_CODE_KEY {
  return TRPC_CODES[code];
}

/** What was thrown as tRPC wants it, if a caller may know of it; else as it is. */
export function asTrpcError(err: unknown): unknown {
  const known = err instanceof AppError ? err : databaseTrouble(err);
  if (known === null) return err;
  return new TRPCError({ code: trpcCodeOf(known.code), message: known.message, cause: known });
}

/** What was thrown, if a caller may know of it. Subscriptions throw past every middleware, so it is asked here too. */
export function knownCause({ cause }: TRPCError): AppError | null {
  return cause instanceof AppError ? cause : databaseTrouble(cause);
}

/** What an error tells the client. Only what `AppError` says and which input was wrong; never an inner message. */
export function errorData(error: TRPCError, requestId: string | null): ErrorData {
  const known = knownCause(error);
  if (known !== null) return { code: known.code, requestId, ...known.extras };
  if (error.cause instanceof ZodError) {
    const issues = error.cause.issues.slice(0, 20).map(({ path, message }) => ({
      path: path.map((part) => (typeof part === 'symbol' ? String(part) : part)),
      message,
    }));
    return { code: 'BAD_INPUT', requestId, issues };
  }
  return { code: codeOfTransport(error.code), requestId };
}

/** The message a client may see: that of a known error, or one that tells nothing of the inside. */
export function publicMessage(error: TRPCError): string {
  const known = knownCause(error);
  if (known !== null) return known.message;
  if (error.cause instanceof ZodError) {
    const fields = error.cause.issues
      .slice(0, 20)
      .map(({ path, message }) => `${path.map(String).join('.') || 'input'}: ${message}`);
    return `Some of the input is invalid. ${fields.join('; ')}`;
  }
  if (error.code === 'INTERNAL_SERVER_ERROR') {
    return 'Something went wrong on the server. Try again; if it keeps happening, report the requestId.';
  }
  return error.message;
}

/** Errors that tRPC itself makes (unknown procedure, unreadable body …). */
function codeOfTransport(code: TRPC_ERROR_CODE_KEY): ErrorCode {
  switch (code) {
    case 'PARSE_ERROR':
    case 'BAD_REQUEST':
    case 'METHOD_NOT_SUPPORTED':
    case 'UNSUPPORTED_MEDIA_TYPE':
    case 'UNPROCESSABLE_CONTENT':
    case 'PRECONDITION_FAILED':
    case 'PRECONDITION_REQUIRED':
      return 'BAD_INPUT';
    case 'UNAUTHORIZED':
      return 'UNAUTHORIZED';
    case 'FORBIDDEN':
    case 'PAYMENT_REQUIRED':
      return 'FORBIDDEN';
    case 'NOT_FOUND':
      return 'NOT_FOUND';
    case 'TIMEOUT':
    case 'GATEWAY_TIMEOUT':
    case 'CLIENT_CLOSED_REQUEST':
      return 'TIMEOUT';
    case 'CONFLICT':
      return 'CONFLICT';
    case 'PAYLOAD_TOO_LARGE':
      return 'PAYLOAD_TOO_LARGE';
    case 'TOO_MANY_REQUESTS':
      return 'TOO_MANY_REQUESTS';
    case 'SERVICE_UNAVAILABLE':
    case 'BAD_GATEWAY':
      return 'UNAVAILABLE';
    case 'INTERNAL_SERVER_ERROR':
    case 'NOT_IMPLEMENTED':
      return 'INTERNAL';
  }
}
