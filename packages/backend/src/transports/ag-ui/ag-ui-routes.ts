import { type Event, EventType } from '@ag-ui/core';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Core, RequestContext } from '../../context.ts';
import { readBodies } from '../http/read-bodies.ts';
import { reportError } from '../report-error.ts';
import { httpContext } from '../request-context.ts';
import { requestInfo } from '../request-info.ts';
import { tellRateLimits } from '../tell-rate-limits.ts';
import { beginStream } from '../rest/begin-stream.ts';
import { plainView } from '../rest/event-frames.ts';
import { eventStream } from '../rest/event-stream.ts';
import { assertUser } from '../rest/read-input.ts';
import { asError, failureOf } from '../rest/rest-failure.ts';
import type { RestLimits } from '../rest/rest-limits.ts';
import { STREAM_HEADERS, type StreamParts } from '../rest/send-events.ts';
import { sendFailure, sendHttpError } from '../rest/send-failure.ts';
import type { StreamPlaces } from '../rest/stream-places.ts';
import { beginRun } from './begin-run.ts';
import { readRunInput } from './read-run-input.ts';
import { resumeRun } from './resume-run.ts';
import { runCaller } from './run-caller.ts';
import { toldRun } from './told-run.ts';

export interface AgUiOptions {
  core: Core;
  /** Shared with the other event streams. */
  places: StreamPlaces;
  limits: RestLimits;
}

/**
 * AG-UI 1.0: `POST /ag-ui` takes a `RunAgentInput` and answers with the run's events as `text/event-stream`. What is wrong
 * before the first event is an RFC 9457 problem. The run goes on when its reader is gone.
 */
export async function agUiRoutes(app: FastifyInstance, { core, places, limits }: AgUiOptions): Promise<void> {
  const closing = new AbortController();
  app.addHook('preClose', async () => closing.abort());
  readBodies(app, 'json');
  app.setErrorHandler(sendHttpError);
  const parts = { core, places, limits, closing: closing.signal };
  const infos = tellRateLimits(app, core);

  const handler = async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const info = requestInfo(request.raw, request.id, core.config);
    infos.set(request, info);
    try {
      const ctx = await httpContext(core, { headers: request.headers, info, setCookie: () => {} });
      assertUser(ctx.caller, request, { input: {}, isOwnField: true });
      return await answer(parts, ctx, { request, reply });
    } catch (err) {
      reportError(core.log, { error: asError(err), path: 'ag-ui', ctx: { request: info } });
      return sendFailure(reply, err, null);
    }
  };
  app.post('/ag-ui', handler);
  app.post('/ag-ui/', handler);
}

async function answer(
  parts: StreamParts,
  ctx: RequestContext,
  { request, reply }: { request: FastifyRequest; reply: FastifyReply },
): Promise<FastifyReply> {
  const input = readRunInput(request.body);
  const signal = beginStream(parts, ctx, reply);
  const caller = runCaller(ctx, signal);
  const begun = input.resume.length > 0 ? await resumeRun(caller, input) : await beginRun(caller, input);
  const { heartbeatMs, stallMs } = parts.limits;
  const body = eventStream(toldRun(caller, begun, input), {
    view: plainView,
    input: {},
    isDataOnly: true,
    hasDone: false,
    hasLegacyNames: false,
    idSuffix: '',
    signal,
    heartbeatMs,
    stallMs,
    onStall: () => reply.raw.destroy(),
    failureEvent(err): Event {
      reportError(parts.core.log, { error: asError(err), path: 'ag-ui', ctx });
      const { code, detail: message } = failureOf(err, null, request.id);
      return { type: EventType.RUN_ERROR, code, message };
    },
  });
  return await reply.headers(STREAM_HEADERS).send(body);
}
