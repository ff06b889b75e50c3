import type { AnyTRPCRouter } from '@trpc/server';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Core } from '../../context.ts';
import { reportError } from '../report-error.ts';
import { httpContext } from '../request-context.ts';
import { requestInfo } from '../request-info.ts';
import { type RequestInfos, tellRateLimits } from '../tell-rate-limits.ts';
import { answerRequest } from './answer-request.ts';
import { collectEndpoints, type Endpoint } from './collect-endpoints.ts';
import { cookieMode } from './cookie-mode.ts';
import { docsRoutes } from './docs-routes.ts';
import { oauthRoutes } from './oauth-routes.ts';
import { openapiDocument } from './openapi-document.ts';
import { type BodyKind, readBodies } from '../http/read-bodies.ts';
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

/** Serves every procedure that has `meta.rest` at its routes, each with and without a slash at the end, and sign-ins with others. */
export async function restRoutes(app: FastifyInstance, options: RestOptions): Promise<void> {
  const { core, router } = options;
  const closing = new AbortController();
  app.addHook('preClose', async () => closing.abort());
  app.setErrorHandler(sendHttpError);
  const infos = tellRateLimits(app, core);
  const endpoints = collectEndpoints(router);
  await app.register(docsRoutes, { document: openapiDocument(endpoints, core.config.version) });
  await app.register(oauthRoutes, { core, router, infos });

  const parts: Parts = { ...options, closing: closing.signal, infos };
  for (const kind of ['json', 'form', 'raw'] satisfies BodyKind[]) {
    const own = endpoints.filter(({ route }) => (route.body?.kind ?? 'json') === kind);
    await app.register(async (scope) => {
      readBodies(scope, kind);
      for (const endpoint of own) serve(scope, parts, endpoint);
    });
  }
}

interface Parts extends StreamParts {
  router: AnyTRPCRouter;
  infos: RequestInfos;
}

function serve(app: FastifyInstance, parts: Parts, endpoint: Endpoint): void {
  const { method, path } = endpoint.route;
  const url = path.replaceAll(/\{(\w+)\}/g, ':$1');
  const handler = async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> =>
    await handle(parts, endpoint, { request, reply });
  for (const address of url.endsWith('*') ? [url] : [url, `${url}/`]) {
    app.route({ method, url: address, handler, exposeHeadRoute: !endpoint.isStream });
  }
}

async function handle(
  parts: Parts,
  endpoint: Endpoint,
  { request, reply }: { request: FastifyRequest; reply: FastifyReply },
): Promise<FastifyReply> {
  const { core, router, infos } = parts;
  const info = requestInfo(request.raw, request.id, core.config);
  infos.set(request, info);
  try {
    const setCookie = (value: string): void => void reply.header('set-cookie', value);
    const mode = cookieMode(endpoint, request);
    const ctx = await httpContext(core, { headers: request.headers, info, setCookie, mode });
    return await answerRequest(parts, { endpoint, call: { router, ctx }, request, reply });
  } catch (err) {
    reportError(core.log, { error: asError(err), path: endpoint.procedure.path, ctx: { request: info } });
    return sendFailure(reply, err, endpoint.route);
  }
}
