import type { FastifyReply, FastifyRequest } from 'fastify';
import { AppError } from '../../app-error.ts';
import { reportError } from '../report-error.ts';
import { beginStream, type StreamOwner } from './begin-stream.ts';
import { type Call, callProcedure, fieldsOf } from './call-procedure.ts';
import type { Endpoint } from './collect-endpoints.ts';
import { type FrameOptions, plainView } from './event-frames.ts';
import { eventStream } from './event-stream.ts';
import type { Input } from './read-input.ts';
import { asError, failureOf, type RestFailure } from './rest-failure.ts';
import type { RestLimits } from './rest-limits.ts';
import { idSuffix, type ResumePoint, resumePoint } from './resume-point.ts';

export interface StreamParts extends StreamOwner {
  limits: RestLimits;
}

interface Exchange {
  endpoint: Endpoint;
  call: Omit<Call, 'signal'>;
  input: Input;
  request: FastifyRequest;
  reply: FastifyReply;
}

/** Of every event stream. */
export const STREAM_HEADERS = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-cache, no-transform',
  'x-accel-buffering': 'no',
  vary: 'Accept, Origin',
};

/**
 * Answers with the events of a subscription. The stream ends with the caller's token, session or connection, or when this
 * server stops; whatever it tells of goes on.
 */
export async function sendEvents(parts: StreamParts, exchange: Exchange): Promise<FastifyReply> {
  const { endpoint, call, request, reply } = exchange;
  const { route, procedure, follower } = endpoint;
  const signal = beginStream(parts, call.ctx, reply);

  const resume = resumePoint(request);
  const subject =
    follower === null
      ? exchange.input
      : await firstAnswer({ ...call, signal }, endpoint, { input: exchange.input, resume });
  const input = { ...subject, lastEventId: resume?.cursor ?? null };
  const events = await callProcedure({ ...call, signal }, follower ?? procedure, input);
  if (!isAsyncIterable(events)) throw new Error(`${(follower ?? procedure).path} gives no events`);

  const { heartbeatMs, stallMs } = parts.limits;
  const body = eventStream(events, {
    ...frameOptions(endpoint, request, input),
    signal,
    heartbeatMs,
    stallMs,
    onStall: () => reply.raw.destroy(),
    failureEvent: (err) => {
      const { path } = follower ?? procedure;
      reportError(parts.core.log, { error: asError(err), path, ctx: call.ctx });
      return failureEvent(failureOf(err, route, request.id));
    },
  });
  return await reply.headers(STREAM_HEADERS).send(body);
}

function frameOptions({ route }: Endpoint, { url }: FastifyRequest, input: Input): FrameOptions {
  const query = new URL(url, 'http://localhost').searchParams;
  const isData = route.sse?.style === 'data';
  return {
    view: route.sse?.view ?? plainView,
    input,
    isDataOnly: isData || query.get('format') === 'data',
    hasDone: !isData,
    hasLegacyNames: query.get('aliases') === 'legacy',
    idSuffix: idSuffix(route.followUp?.resume, input),
  };
}

/** The last event of a stream that broke, before it is viewed. */
function failureEvent({ code, detail: message, data }: RestFailure): object {
  const retryable = code === 'TIMEOUT' || code === 'UNAVAILABLE' || data.retryAfterMs !== undefined;
  return { type: 'error', at: new Date().toISOString(), data: { code, message, retryable } };
}

/** What the subscription is about: the first procedure's answer, or what the client's last event says. */
async function firstAnswer(
  call: Call,
  { route, procedure }: Endpoint,
  { input, resume }: { input: Input; resume: ResumePoint | null },
): Promise<Input> {
  const rule = route.followUp?.resume;
  if (rule === undefined || resume === null || procedure.type === 'query') {
    return { ...input, ...fieldsOf(await callProcedure(call, procedure, input)) };
  }
  if (resume.subject === null) {
    throw new AppError('BAD_INPUT', {
      message:
        'This Last-Event-ID is of no event of this address. Send the request without one to start anew.',
    });
  }
  const subject = { [rule.by]: resume.subject };
  return { ...subject, ...fieldsOf(await callProcedure(call, { path: rule.from, type: 'query' }, subject)) };
}

function isAsyncIterable(value: unknown): value is AsyncIterable<unknown> {
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value;
}
