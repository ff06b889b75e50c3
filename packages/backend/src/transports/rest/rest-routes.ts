import type { AnyTRPCRouter } from '@trpc/server';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Core } from '../../context.ts';
import { readJsonBodies } from '../http/read-json-bodies.ts';
import { reportError } from '../report-error.ts';
import { httpContext } from '../request-context.ts';
import { requestInfo } from '../request-info.ts';
import { answerRequest } from './answer-request.ts';
import { collectEndpoints, type Endpoint } from './collect-endpoints.ts';
import { docsRoutes } from './docs-routes.ts';
import { openapiDocument } from './openapi-document.ts';
import { asError } from './rest-failure.ts';
import type { RestLimits } from './rest-limits.ts';
import type { StreamParts } from './send-events.ts';
import { sendFailure, sendHttpError } from './send-failure.ts';
import type { StreamPlaces } from './stream-places.ts';

export interface RestOptions {
  core: Core;
  router: AnyTRPCRouter;
  places: StreamPlaces;
  limits: RestLimits;
}

/** Serves every procedure that has `meta.rest` at its routes, each with and without a slash at the end. */
export async function restRoutes(app: FastifyInstance, options: RestOptions): Promise<void> {
  const closing = new AbortController();
  app.addHook('preClose', async () => closing.abort());
  readJsonBodies(app);
  app.setErrorHandler(sendHttpError);
  const parts = { ...options, closing: closing.signal };
  const endpoints = collectEndpoints(options.router);
  await app.register(docsRoutes, { document: openapiDocument(endpoints, options.core.config.version) });

  for (const endpoint of endpoints) {
    const { method, path } = endpoint.route;
    const url = path.replaceAll(/\{(\w+)\}/g, ':$1');
    const handler = async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> =>
      await handle({ ...parts, router: options.router }, endpoint, { request, reply });
    for (const address of url.endsWith('*') ? [url] : [url, `${url}/`]) {
      app.route({ method, url: address, handler, exposeHeadRoute: !endpoint.isStream });
    }
  }
}

async function handle(
  parts: StreamParts & { router: AnyTRPCRouter },
  endpoint: Endpoint,
  { request, reply }: { request: FastifyRequest; reply: FastifyReply },
): Promise<FastifyReply> {
  const { core, router } = parts;
  const info = requestInfo(request.raw, request.id, core.config);
  try {
    const ctx = await httpContext(core, { headers: request.headers, info });
    return await answerRequest(parts, { endpoint, call: { router, ctx }, request, reply });
  } catch (err) {
    reportError(core.log, { error: asError(err), path: endpoint.procedure.path, ctx: { request: info } });
    return sendFailure(reply, err, endpoint.route);
  }
}
