import { z } from 'zod';
import { approvalStatusSchema } from './approval.ts';
import { idSchema, instantSchema } from './primitives.ts';

/** Every code a call can fail with. Clients branch on these, never on messages. */
export const ERROR_CODES = [
  'UNAUTHORIZED',
  'SESSION_REVOKED',
  'INVALID_CREDENTIALS',
  'ACCOUNT_INACTIVE',
  'ACCOUNT_LOCKED',
  'EMAIL_TAKEN',
  'REGISTRATION_CLOSED',
  'REFRESH_INVALID',
  'REFRESH_REUSED',
  'ISSUER_UNAVAILABLE',
  'FORBIDDEN',
  'NOT_FOUND',
  'BAD_INPUT',
  'CONFLICT',
  'IDEMPOTENCY_CONFLICT',
  'RUN_ACTIVE',
  'APPROVAL_PENDING',
  'APPROVAL_DECIDED',
  'APPROVAL_EXPIRED',
  'APPROVAL_MISMATCH',
  'APPROVAL_OUTDATED',
  'ROOM_ARCHIVED',
  'MUTED',
  'SLOW_MODE',
  'BANNED',
  'TOO_MANY_REQUESTS',
  'PAYLOAD_TOO_LARGE',
  'TIMEOUT',
  'UNAVAILABLE',
  'INTERNAL',
] as const;
export const errorCodeSchema = z.enum(ERROR_CODES);
export type ErrorCode = z.infer<typeof errorCodeSchema>;

export const inputIssueSchema = z.object({
  path: z.array(z.union([z.string(), z.number()])),
  message: z.string(),
});

/** What an error carries on the wire, at `error.data.aura` of a tRPC answer. */
export const errorDataSchema = z.object({
  code: errorCodeSchema,
  requestId: z.string().nullable(),
  /** Present on BAD_INPUT: which fields and why. */
  issues: z.array(inputIssueSchema).optional(),
  /** Present when trying again later can help. */
  retryAfterMs: z.number().optional(),
  /** Present on APPROVAL_DECIDED and APPROVAL_EXPIRED: how it ended, when and by whom. */
  decision: z
    .object({
      status: approvalStatusSchema,
      decidedAt: instantSchema.nullable(),
      decidedBy: idSchema.nullable(),
    })
    .optional(),
});
export type ErrorData = z.infer<typeof errorDataSchema>;
