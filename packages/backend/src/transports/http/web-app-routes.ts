import { fastifyStatic } from '@fastify/static';
import type { FastifyInstance } from 'fastify';
import { sendProblem } from './problem.ts';

interface Options {
  /** The folder of the built web app, or null when there is none. */
  webRoot: string | null;
  version: string;
}

/** `/` and the web app under `/app/`, whose own addresses all answer with its page. */
export async function webAppRoutes(app: FastifyInstance, { webRoot, version }: Options): Promise<void> {
  app.get('/', async (request, reply) => {
    reply.header('vary', 'Accept');
    if (acceptsHtml(request.headers.accept)) return await reply.redirect('/app/');
    return { message: 'Welcome to Aura!', version, status: 'operational' };
  });
  app.get('/app', async (_request, reply) => await reply.redirect('/app/'));
  if (webRoot === null) {
    app.get(
      '/app/*',
      async (_request, reply) =>
        await sendProblem(reply, {
          status: 404,
          code: 'NOT_FOUND',
          detail: 'The web app is not built. Run: npm run build',
        }),
    );
    return;
  }
  await app.register(
    async (web) => {
      await web.register(fastifyStatic, {
        root: webRoot,
        cacheControl: false,
        dotfiles: 'ignore',
        setHeaders: (reply, path) => {
          // Vite names these after their content, so a name never changes its meaning; everything else may.
          const isHashed = path.startsWith(`${webRoot}/assets/`);
          reply.header('cache-control', isHashed ? 'public, max-age=31536000, immutable' : 'no-cache');
        },
      });
      web.setNotFoundHandler(async (request, reply) => {
        const isPage =
          request.method === 'GET' &&
          acceptsHtml(request.headers.accept) &&
          !request.url.startsWith('/app/assets/');
        if (isPage) return await reply.sendFile('index.html');
        return await sendProblem(reply, { status: 404, code: 'NOT_FOUND', detail: 'No such file.' });
      });
    },
    { prefix: '/app' },
  );
}

function acceptsHtml(accept: string | undefined): boolean {
  return accept?.includes('text/html') ?? false;
}
