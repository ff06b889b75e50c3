import { type ErrorCode, type ErrorData, errorDataSchema, type inputIssueSchema } from '@aura/contract';
import { TRPCClientError } from '@trpc/client';
import type { AnyTRPCRouter } from '@trpc/server';
import type { z } from 'zod';
import { codeOfStatus } from './transport/code-of-status.ts';

/**
 * - `NETWORK`: no answer came, and repeating the call is safe (it never left, only reads, or carries a clientId).
 * - `UNKNOWN_OUTCOME`: no answer came and the call may have been carried out. Look before repeating it.
 */
export type AuraErrorCode = ErrorCode | 'NETWORK' | 'UNKNOWN_OUTCOME';
export type InputIssue = z.infer<typeof inputIssueSchema>;

interface AuraErrorOptions {
  message: string;
  cause?: unknown;
  data?: Omit<ErrorData, 'code'>;
}

/**
 * What every call of the client fails with. Branch on `code`, never on the message.
 * It is a TRPCClientError too, so that tRPC's links and `safe()` pass it on as it is.
 */
export class AuraError extends TRPCClientError<AnyTRPCRouter> {
  readonly code: AuraErrorCode;
  /** On BAD_INPUT: which fields and why. */
  readonly issues: InputIssue[] | undefined;
  /** Present when trying again after that many ms can help. */
  readonly retryAfterMs: number | undefined;
  /** On APPROVAL_DECIDED and APPROVAL_EXPIRED: how it ended, when and by whom. */
  readonly decision: ErrorData['decision'];
  /** Name it when you report a fault: the server's log has it. Null when no answer came. */
  readonly requestId: string | null;

  constructor(code: AuraErrorCode, { message, cause, data }: AuraErrorOptions) {
    super(message, cause instanceof Error ? { cause } : {});
    // TRPCClientError sets its own prototype on `this`, which would cut this class off.
    Object.setPrototypeOf(this, AuraError.prototype);
    this.name = 'AuraError';
    this.code = code;
    this.issues = data?.issues;
    this.retryAfterMs = data?.retryAfterMs;
    this.decision = data?.decision;
    this.requestId = data?.requestId ?? null;
  }
}

/** Any caught value as an AuraError. One that is an AuraError already, or wraps one, is found and returned. */
export function toAuraError(err: unknown): AuraError {
  if (err instanceof AuraError) return err;
  if (err instanceof Error && err.cause instanceof AuraError) return err.cause;
  if (err instanceof TRPCClientError && err.data) return fromServer(err.message, err.data);
  const message = err instanceof Error ? err.message : 'no answer from the server';
  return new AuraError('NETWORK', { message, cause: err });
}

function fromServer(message: string, shapeData: unknown): AuraError {
  const data = typeof shapeData === 'object' && shapeData !== null ? shapeData : {};
  const parsed = errorDataSchema.safeParse('aura' in data ? data.aura : undefined);
  if (parsed.success) return new AuraError(parsed.data.code, { message, data: parsed.data });
  const status = 'httpStatus' in data && typeof data.httpStatus === 'number' ? data.httpStatus : 500;
  return new AuraError(codeOfStatus(status), { message });
}

/** True when the same call may work a moment later: no answer, or the server said that it could not serve it now. */
export function isTransient(code: AuraErrorCode): boolean {
  return code === 'NETWORK' || code === 'UNKNOWN_OUTCOME' || code === 'UNAVAILABLE';
}
