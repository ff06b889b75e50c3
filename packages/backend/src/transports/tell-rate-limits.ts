import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Core, RequestInfo } from '../context.ts';
import { rateLimitHeaders } from './rate-limit-headers.ts';

/** What calls were counted under, by request. */
export type RequestInfos = WeakMap<FastifyRequest, RequestInfo>;

/** Has every answer of an app say where it leaves the limits that its request, once entered in what is answered here, was counted in. */
export function tellRateLimits(app: FastifyInstance, core: Pick<Core, 'rateLimits'>): RequestInfos {
  const infos: RequestInfos = new WeakMap();
  app.addHook('onSend', async (request, reply) => {
    const info = infos.get(request);
    if (info !== undefined) reply.headers(rateLimitHeaders(core, info));
  });
  return infos;
}
