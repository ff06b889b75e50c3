import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { JsonObject } from '@aura/contract';
import { fastifyStatic } from '@fastify/static';
import type { FastifyInstance } from 'fastify';
import { DOCS_PAGE, DOCS_SCRIPT } from './docs-page.ts';

// The plugin itself wants @fastify/swagger and routes' own schemas; its built files are what is needed.
const ASSETS = join(dirname(fileURLToPath(import.meta.resolve('@fastify/swagger-ui'))), 'static');

/** `/openapi.json`, and at `/docs` a page to read and try it, all of it served from here. */
export async function docsRoutes(
  app: FastifyInstance,
  { document }: { document: JsonObject },
): Promise<void> {
  const text = JSON.stringify(document);
  app.get('/openapi.json', async (_request, reply) => await reply.type('application/json').send(text));
  for (const path of ['/docs', '/docs/']) {
    app.get(path, async (_request, reply) => await reply.type('text/html; charset=utf-8').send(DOCS_PAGE));
  }
  app.get(
    '/docs/start.js',
    async (_request, reply) => await reply.type('text/javascript; charset=utf-8').send(DOCS_SCRIPT),
  );
  await app.register(fastifyStatic, { root: ASSETS, prefix: '/docs/assets/', index: false, maxAge: '1h' });
}
