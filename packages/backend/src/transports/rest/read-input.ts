import { randomUUID } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import { AppError } from '../../app-error.ts';
import type { Caller } from '../../context.ts';
import { isDevelopmentCaller } from '../../features/auth/development-user.ts';
import type { RestRoute } from '../../trpc/rest-route.ts';
import { coerceQuery } from './coerce-query.ts';
import type { Endpoint } from './collect-endpoints.ts';

export type Input = Readonly<Record<string, unknown>>;

/**
 * What a request asks of its procedure: query, headers, body and path in one new object, each counting
 * more than the one before.
 * A `clientId` that is left out is the `Idempotency-Key`, or new.
 */
export function readInput({ route, fields }: Endpoint, request: FastifyRequest): Input {
  const { searchParams } = new URL(request.url, 'http://localhost');
  const params = new URLSearchParams(Object.entries(paramsOf(request)));
  const given = {
    ...route.defaults,
    ...coerceQuery(renamed(searchParams, route.names), fields.properties),
    ...headersOf(route, request),
    ...Object.fromEntries(
      Object.entries(bodyOf(request, route)).map(([name, value]) => [fieldOf(name, route.names), value]),
    ),
    ...coerceQuery(params, fields.properties),
  };
  if (!Object.hasOwn(fields.properties, 'clientId') || 'clientId' in given) return given;
  return { ...given, clientId: request.headers['idempotency-key'] ?? randomUUID() };
}

/** Throws FORBIDDEN when the request says that it is somebody else's. `userId` may be a field of the input's own. */
export function assertUser(
  caller: Caller | null,
  { headers }: Pick<FastifyRequest, 'headers'>,
  { input, isOwnField }: { input: Input; isOwnField: boolean },
): void {
  if (caller === null || isDevelopmentCaller(caller)) return;
  for (const named of [headers['x-user-id'], isOwnField ? undefined : input['userId']]) {
    if (named === undefined || named === null || named === caller.userId) continue;
    throw new AppError('FORBIDDEN', {
      message: 'The user named is not that of the token. Leave it out, or sign in as that user.',
    });
  }
}

type Names = RestRoute['names'];

function fieldOf(name: string, names: Names): string {
  return names !== undefined && Object.hasOwn(names, name) ? (names[name] ?? name) : name;
}

function renamed(query: URLSearchParams, names: Names): URLSearchParams {
  const entries = [...query].map(([name, text]): [string, string] => [fieldOf(name, names), text]);
  return new URLSearchParams(entries);
}

function paramsOf({ params }: FastifyRequest): Record<string, string> {
  const texts = Object.entries(params ?? {}).filter(
    (entry): entry is [string, string] => typeof entry[1] === 'string',
  );
  return Object.fromEntries(texts);
}

function headersOf({ headers: rule = {} }: RestRoute, { headers }: FastifyRequest): Input {
  const fields = Object.entries(rule).map(([name, field]) => [field, headers[name]]);
  return Object.fromEntries(fields.filter(([, value]) => value !== undefined));
}

function bodyOf({ body }: FastifyRequest, { constants = {} }: RestRoute): object {
  if (body === undefined || body === null) return {};
  if (typeof body === 'object' && !Array.isArray(body)) {
    assertConstants(Object.entries(body), constants);
    return body;
  }
  throw new AppError('BAD_INPUT', { message: 'The body must be a JSON object.' });
}

function assertConstants(
  entries: readonly [string, unknown][],
  constants: Readonly<Record<string, string>>,
): void {
  for (const [name, value] of entries) {
    if (!Object.hasOwn(constants, name) || value === constants[name]) continue;
    throw new AppError('BAD_INPUT', { message: `${name} must be ${constants[name]}.` });
  }
}
