import type { FastifyInstance } from 'fastify';
import type { RestBody } from '../../trpc/rest-route.ts';
import { isNestedDeeper, MAX_INPUT_DEPTH } from '../json-depth.ts';

export type BodyKind = 'json' | RestBody['kind'];

/** Has the routes of an app read bodies of one kind, an empty one counting as none; other content types are answered with 415. */
export function readBodies(app: FastifyInstance, kind: BodyKind): void {
  const read = (mediaType: string, parse: (text: string) => unknown): void => {
    app.addContentTypeParser<string>(
      mediaType,
      { parseAs: 'string' },
      async (_request: unknown, text: string) => await Promise.resolve(parse(text)),
    );
  };
  app.removeAllContentTypeParsers();
  read('application/json', kind === 'raw' ? (rawBody) => ({ rawBody }) : parseJson);
  if (kind === 'form') read('application/x-www-form-urlencoded', parseForm);
}

function parseJson(text: string): unknown {
  if (isNestedDeeper(text, MAX_INPUT_DEPTH)) {
    throw badBody(`The body nests deeper than ${MAX_INPUT_DEPTH} levels.`);
  }
  try {
    return text.trim() === '' ? {} : JSON.parse(text);
  } catch {
    throw badBody('The body is no JSON.');
  }
}

/** Names once each, as OAuth has it: which of two would count, nobody could tell. */
function parseForm(text: string): Record<string, string> {
  const entries = [...new URLSearchParams(text)];
  const fields = Object.fromEntries(entries);
  if (Object.keys(fields).length < entries.length) throw badBody('The form says something twice.');
  return fields;
}

function badBody(message: string): Error {
  return Object.assign(new Error(message), { statusCode: 400 });
}
