import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { AppError } from '../../app-error.ts';
import type { RestRoute } from '../../trpc/rest-route.ts';
import { describeError } from '../describe-error.ts';
import { classifyHttpError } from '../http/problem.ts';
import { presenterOf } from './presenters.ts';
import { failureOf, type RestFailure } from './rest-failure.ts';

/** Answers with what went wrong in the form of the route, or of the address where no route is known. */
export function sendFailure(reply: FastifyReply, err: unknown, route: RestRoute | null): FastifyReply {
  return send(reply, failureOf(err, route, reply.request.id), route?.family ?? familyOf(reply.request));
}

/** The answer to what went wrong before a procedure was called: the body, its type, its size. */
export function sendHttpError(
  error: FastifyError,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  const { status, code } = classifyHttpError(error);
  if (status >= 500) request.log.error({ err: describeError(error) }, 'a request failed');
  const known = status >= 500 ? error : new AppError(code, { message: error.message, cause: error });
  return send(reply, { ...failureOf(known, null, request.id), status }, familyOf(request));
}

function send(reply: FastifyReply, failure: RestFailure, family: RestRoute['family']): FastifyReply {
  const { mediaType, body } = presenterOf(family).failure(failure, new Date());
  if (failure.status === 401) reply.header('www-authenticate', 'Bearer');
  const { retryAfterMs } = failure.data;
  if (retryAfterMs !== undefined) reply.header('retry-after', Math.ceil(retryAfterMs / 1_000));
  return reply.code(failure.status).header('cache-control', 'no-store').type(mediaType).send(body);
}

/** Everything below `/api/aura` is of the envelope family, addresses that do not exist too. */
function familyOf({ url }: Pick<FastifyRequest, 'url'>): NonNullable<RestRoute['family']> {
  return url.startsWith('/api/aura/') ? 'envelope' : 'problem';
}
