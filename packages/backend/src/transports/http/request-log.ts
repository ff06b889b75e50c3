import type { FastifyInstance } from 'fastify';

/**
 * One line for each request, without headers, query, body and cookies: that is where tokens and passwords are, and a
 * list of what to leave out would miss the next one.
 */
export function logRequests(app: FastifyInstance): void {
  app.addHook('onResponse', async ({ log, method, url, ip }, { statusCode, elapsedTime }) => {
    const line = {
      method,
      path: url.split('?', 1)[0],
      status: statusCode,
      ms: Math.round(elapsedTime),
      address: ip,
    };
    // Probes ask every few seconds and say nothing new.
    const level = statusCode < 400 && /^\/(?:livez|readyz|metrics)$/.test(line.path ?? '') ? 'trace' : 'info';
    log[level](line, 'request');
  });
}
