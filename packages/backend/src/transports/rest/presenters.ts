import { type ErrorData, errorCodeSchema, inputIssueSchema } from '@aura/contract';
import { STATUS_CODES } from 'node:http';
import { z } from 'zod';
import type { RestRoute } from '../../trpc/rest-route.ts';
import type { RestFailure } from './rest-failure.ts';

/** How a family of routes dresses what procedures answer and throw. */
export interface Presenter {
  answer(output: unknown, info: { message: string | undefined; now: Date }): unknown;
  answerSchema(schema: z.ZodType): z.ZodType;
  failure(failure: RestFailure, now: Date): { mediaType: string; body: object };
  failureSchema: z.ZodType;
}

const problemSchema = z.object({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  detail: z.string(),
  code: errorCodeSchema,
  requestId: z.string().nullable(),
  issues: z.array(inputIssueSchema).optional(),
  retryAfterMs: z.number().optional(),
  decision: z.json().optional(),
});

const problem: Presenter = {
  answer: (output) => output,
  answerSchema: (schema) => schema,
  failure: ({ status, code, detail, data }) => ({
    mediaType: 'application/problem+json',
    body: { type: 'about:blank', title: STATUS_CODES[status] ?? 'Error', status, detail, ...data, code },
  }),
  failureSchema: problemSchema,
};

const envelopeShape = { message: z.string(), timestamp: z.iso.datetime() };

const envelope: Presenter = {
  answer: (output, { message = 'OK', now }) => ({
    status: 'SUCCESS',
    message,
    data: output ?? null,
    success: true,
    timestamp: now.toISOString(),
  }),
  answerSchema: (data) =>
    z.object({ status: z.literal('SUCCESS'), data, success: z.literal(true), ...envelopeShape }),
  failure: ({ detail, envelopeCode, data }, now) => ({
    mediaType: 'application/json',
    body: {
      status: 'ERROR',
      message: detail,
      data: envelopeData(data),
      success: false,
      timestamp: now.toISOString(),
      errorCode: envelopeCode,
    },
  }),
  failureSchema: z.object({
    status: z.literal('ERROR'),
    data: z.json(),
    success: z.literal(false),
    errorCode: z.string(),
    ...envelopeShape,
  }),
};

const PRESENTERS: Record<NonNullable<RestRoute['family']>, Presenter> = { problem, envelope };

export function presenterOf(family: RestRoute['family']): Presenter {
  return PRESENTERS[family ?? 'problem'];
}

/** What there is to know beside the code: how an approval was decided, which fields were wrong. */
function envelopeData({ decision, issues, retryAfterMs }: ErrorData): object | null {
  const data = {
    ...decision,
    ...(issues !== undefined && { issues }),
    ...(retryAfterMs !== undefined && { retryAfterMs }),
  };
  return Object.keys(data).length === 0 ? null : data;
}
