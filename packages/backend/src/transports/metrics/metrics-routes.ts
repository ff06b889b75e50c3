import type { FastifyInstance } from 'fastify';
import type { Metrics } from './create-metrics.ts';

/** `/metrics`, open like the probes: it tells numbers of the process, nothing of tenants and users. */
export async function metricsRoutes(app: FastifyInstance, { metrics }: { metrics: Metrics }): Promise<void> {
  app.get(
    '/metrics',
    async (_request, reply) =>
      await reply
        .header('cache-control', 'no-store')
        .type(metrics.mediaType)
        .send(await metrics.read()),
  );
}

/** Counts every answer of an app by the pattern of its route, so that addresses do not multiply the series. */
export function measureRequests(app: FastifyInstance, metrics: Metrics): void {
  app.addHook('onResponse', async ({ method, routeOptions }, { statusCode: status, elapsedTime }) => {
    metrics.answered({ method, route: routeOptions.url ?? 'none', status, seconds: elapsedTime / 1_000 });
  });
}
