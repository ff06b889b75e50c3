import type { ErrorCode } from '@aura/contract';
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { STATUS_CODES } from 'node:http';
import { describeError } from '../describe-error.ts';

/** Answers with an RFC 9457 problem, the error form of everything that is not tRPC. */
export function sendProblem(
  reply: FastifyReply,
  { status, code, detail }: { status: number; code: ErrorCode; detail: string },
): FastifyReply {
  const title = STATUS_CODES[status] ?? 'Error';
  return reply
    .code(status)
    .type('application/problem+json')
    .send({ type: 'about:blank', title, status, detail, code, requestId: reply.request.id });
}

/** What an error outside of tRPC tells the caller; what is ours is logged and told as nothing but a failure. */
export function handleError(error: FastifyError, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const { status, code } = classifyHttpError(error);
  if (status >= 500) request.log.error({ err: describeError(error) }, 'a request failed');
  const detail =
    status >= 500
      ? 'Something went wrong on the server. Try again; if it keeps happening, report the requestId.'
      : error.message;
  return sendProblem(reply, { status, code, detail });
}

/** Fastify's own errors (body too large, unknown content type …) by what the caller can do about them. */
export function classifyHttpError({ statusCode }: Pick<FastifyError, 'statusCode'>): {
  status: number;
  code: ErrorCode;
} {
  const status = statusCode ?? 500;
  if (status === 413) return { status, code: 'PAYLOAD_TOO_LARGE' };
  if (status === 404) return { status, code: 'NOT_FOUND' };
  if (status === 403) return { status, code: 'FORBIDDEN' };
  if (status === 503) return { status, code: 'UNAVAILABLE' };
  return status >= 400 && status < 500 ? { status, code: 'BAD_INPUT' } : { status: 500, code: 'INTERNAL' };
}
