import type { ErrorCode, ErrorData } from '@aura/contract';
import { getTRPCErrorFromUnknown, type TRPCError } from '@trpc/server';
import { getHTTPStatusCodeFromError } from '@trpc/server/http';
import { errorData, publicMessage } from '../../trpc/errors.ts';
import type { RestRoute } from '../../trpc/rest-route.ts';
import { asTrpcError } from '../../trpc/errors.ts';

/** Why a call failed, in the words of its route. */
export interface RestFailure {
  status: number;
  code: ErrorCode;
  /** What the envelope calls it. */
  envelopeCode: string;
  detail: string;
  data: ErrorData;
}

/** Where REST says more than tRPC's codes can. */
const STATUSES: Partial<Record<ErrorCode, number>> = { APPROVAL_EXPIRED: 410 };

/** What any error tells the caller of a route; nothing of the inside. */
export function failureOf(err: unknown, route: RestRoute | null, requestId: string): RestFailure {
  const error = asError(err);
  const data = errorData(error, requestId);
  const rule = route?.errors?.[data.code];
  return {
    status: rule?.status ?? STATUSES[data.code] ?? getHTTPStatusCodeFromError(error),
    code: data.code,
    envelopeCode: rule?.code ?? data.code,
    detail: rule?.detail ?? publicMessage(error),
    data,
  };
}

/** Also for what is thrown before a procedure: what no procedure's middleware has mapped. */
export function asError(err: unknown): TRPCError {
  return getTRPCErrorFromUnknown(asTrpcError(err));
}
