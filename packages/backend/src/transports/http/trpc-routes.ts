import { type AnyTRPCRouter, getTRPCErrorShape, TRPCError } from '@trpc/server';
import { incomingMessageToRequest } from '@trpc/server/adapters/node-http';
import { resolveResponse, type TRPCRequestInfo } from '@trpc/server/http';
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { AppError } from '../../app-error.ts';
import type { Core, RequestContext, RequestInfo } from '../../context.ts';
import { knownCause, trpcCodeOf } from '../../trpc/errors.ts';
import { isNestedDeeper, MAX_INPUT_DEPTH } from '../json-depth.ts';
import { rateLimitHeaders } from '../rate-limit-headers.ts';
import { reportError } from '../report-error.ts';
import { asTrpcError } from '../../trpc/errors.ts';
import { httpContext } from '../request-context.ts';
import { requestInfo } from '../request-info.ts';
import { classifyHttpError } from './problem.ts';

const MAX_BATCH = 10;
/** A batch wraps its inputs in one object. */
const MAX_BODY_DEPTH = MAX_INPUT_DEPTH + 1;

interface Options {
  core: Core;
  router: AnyTRPCRouter;
}

/** tRPC over HTTP: queries by GET, mutations by POST with a JSON body, up to ten calls in a batch. */
export async function trpcRoutes(app: FastifyInstance, { core, router }: Options): Promise<void> {
  // tRPC parses the text itself. Other content types (forms, files) are no input of ours: Fastify answers 415.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser<string>('application/json', { parseAs: 'string' }, (_request, body, done) => {
    done(isNestedDeeper(body, MAX_BODY_DEPTH) ? tooDeep() : null, body);
  });
  app.setErrorHandler((error: FastifyError, _request, reply) => sendTrpcError(router, error, reply));

  const handle = async (
    req: FastifyRequest<{ Params: { path: string } }>,
    res: FastifyReply,
  ): Promise<FastifyReply> => {
    const input = new URL(req.url, 'http://localhost').searchParams.get('input');
    if (input !== null && isNestedDeeper(input, MAX_BODY_DEPTH)) throw tooDeep();
    const info = requestInfo(req.raw, req.id, core.config);
    const response = await resolveResponse({
      router,
      // Parsed by tRPC itself, from the text.
      req: incomingMessageToRequest(Object.assign(req.raw, { body: req.body }), res.raw, {
        maxBodySize: null,
      }),
      path: req.params.path,
      error: null,
      maxBatchSize: MAX_BATCH,
      responseMeta: ({ data, errors }) => ({
        headers: {
          ...rateLimitHeaders(core, info),
          ...retryAfter(errors),
          ...(isUnauthorized(data, errors) && { 'www-authenticate': 'Bearer' }),
        },
      }),
      createContext: async ({ info: { type } }) => await createContext(core, { req, res, info, type }),
      onError: ({ error, path, ctx }) => reportError(core.log, { error, path, ctx }),
    });
    return await sendResponse(res, response);
  };
  app.get('/trpc/:path', handle);
  app.post('/trpc/:path', handle);
}

interface ContextOptions {
  req: FastifyRequest;
  res: FastifyReply;
  info: RequestInfo;
  type: TRPCRequestInfo['type'];
}

async function createContext(core: Core, { req, res, info, type }: ContextOptions): Promise<RequestContext> {
  try {
    // Over HTTP nothing would end a feed when its session ends, and nothing would bound their number.
    if (type === 'subscription') {
      throw new AppError('BAD_INPUT', { message: 'Subscribe over the WebSocket at /trpc.' });
    }
    return await httpContext(core, {
      headers: req.headers,
      info,
      setCookie: (value) => void res.header('set-cookie', value),
    });
  } catch (err) {
    throw asTrpcError(err);
  }
}

/** As a text when it is a whole one: handed to Fastify as it is, each answer would go through a stream, at the cost of a call. */
async function sendResponse(reply: FastifyReply, response: Response): Promise<FastifyReply> {
  const isStreamed = response.headers.has('transfer-encoding');
  if (isStreamed || response.headers.get('content-type') !== 'application/json') {
    return await reply.send(response);
  }
  reply.code(response.status);
  for (const [name, value] of response.headers) reply.header(name, value);
  return await reply.send(await response.text());
}

/** True when 401 is the status: every call of the batch failed for want of a token. */
function isUnauthorized(answers: readonly unknown[], errors: readonly TRPCError[]): boolean {
  return (
    errors.length > 0 &&
    errors.length === answers.length &&
    errors.every(({ code }) => code === 'UNAUTHORIZED')
  );
}

/** In seconds, for whoever was told to wait: the longest of a batch. */
function retryAfter(errors: readonly TRPCError[]): Record<string, string> {
  const waits = errors.map((error) => knownCause(error)?.extras.retryAfterMs ?? 0);
  const longestMs = Math.max(0, ...waits);
  return longestMs > 0 ? { 'retry-after': String(Math.ceil(longestMs / 1_000)) } : {};
}

function tooDeep(): FastifyError {
  const message = `The input nests deeper than ${MAX_INPUT_DEPTH} levels.`;
  return Object.assign(new Error(message), { code: 'JSON_TOO_DEEP', statusCode: 400 });
}

/** What went wrong before tRPC saw the request, in the form that its clients read. */
function sendTrpcError(router: AnyTRPCRouter, cause: FastifyError, reply: FastifyReply): FastifyReply {
  const { status, code } = classifyHttpError(cause);
  const known = status >= 500 ? undefined : new AppError(code, { message: cause.message });
  const error = new TRPCError({ code: trpcCodeOf(code), cause: known ?? cause });
  reportError(reply.log, { error });
  const shape: unknown = getTRPCErrorShape({
    config: router._def._config,
    error,
    type: 'unknown',
    path: undefined,
    input: undefined,
    ctx: { request: { id: reply.request.id } },
  });
  return reply.code(status).type('application/json').send({ error: shape });
}
