import type { FastifyInstance } from 'fastify';
import { isNestedDeeper, MAX_INPUT_DEPTH } from '../json-depth.ts';

/** JSON alone, an empty body counting as none; other content types are answered with 415. */
export function readJsonBodies(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser<string>('application/json', { parseAs: 'string' }, (_request, body, done) => {
    if (isNestedDeeper(body, MAX_INPUT_DEPTH)) {
      done(badBody(`The body nests deeper than ${MAX_INPUT_DEPTH} levels.`));
      return;
    }
    try {
      const parsed: unknown = body.trim() === '' ? {} : JSON.parse(body);
      done(null, parsed);
    } catch {
      done(badBody('The body is no JSON.'));
    }
  });
}

function badBody(message: string): Error {
  return Object.assign(new Error(message), { statusCode: 400 });
}
