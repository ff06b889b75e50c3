import { readFile } from 'node:fs/promises';
import type { FastifyInstance } from 'fastify';

const FILES = [
  { url: '/chat_gateway_test.html', file: 'page.html', mediaType: 'text/html; charset=utf-8' },
  { url: '/chat_gateway_test.js', file: 'page.js', mediaType: 'text/javascript; charset=utf-8' },
];

/** A page that opens a chat socket by hand, at the address that older guides name. For development alone. */
export async function chatTestRoutes(app: FastifyInstance): Promise<void> {
  for (const { url, file, mediaType } of FILES) {
    const text = await readFile(new URL(`./chat-test-page/${file}`, import.meta.url), 'utf8');
    app.get(url, async (_request, reply) => await reply.type(mediaType).send(text));
  }
}
