import type { Json, JsonObject } from '@aura/contract';
import { z } from 'zod';
import type { RestRoute } from '../../trpc/rest-route.ts';
import type { Endpoint } from './collect-endpoints.ts';
import { jsonSchemaOf } from './json-schema.ts';
import { presenterOf } from './presenters.ts';

/** What OpenAPI says of one route. */
export function openapiOperation(endpoint: Endpoint): JsonObject {
  const { route, procedure } = endpoint;
  const fields = fieldsOnTheWire(endpoint);
  const hasBody = route.method === 'POST' || route.method === 'PUT';
  const inPath = fields.filter(({ isInPath }) => isInPath);
  const inHeader = fields.filter(({ header }) => header !== null);
  const others = fields.filter(({ isInPath, header }) => !isInPath && (header === null || isForm(route)));
  return {
    operationId: operationId(endpoint),
    summary: route.summary,
    tags: [procedure.path.split('.', 1)[0] ?? ''],
    ...(procedure.meta.needsCaller !== true && { security: [] }),
    parameters: [
      ...inPath.map(({ name, schema }) => ({ name, in: 'path', required: true, schema })),
      ...(route.path.endsWith('*') ? [REST_OF_PATH] : []),
      ...inHeader.map(({ header, schema }) => ({
        name: header,
        in: 'header',
        required: !isForm(route),
        schema,
      })),
      ...(route.hasCookieMode === true ? [MODE] : []),
      ...(hasBody
        ? []
        : others.map(({ name, schema, isRequired: required }) => ({ name, in: 'query', required, schema }))),
      ...(endpoint.isStream ? streamParameters(endpoint) : []),
      ...(route.followUp?.when === undefined ? [] : [flag(route.followUp.when)]),
    ],
    ...(hasBody && others.length > 0 && { requestBody: requestBody(route, others) }),
    responses: responses(endpoint),
  };
}

interface WireField {
  name: string;
  schema: Json;
  isInPath: boolean;
  header: string | null;
  isRequired: boolean;
}

function fieldsOnTheWire({ route, fields }: Endpoint): WireField[] {
  const wireNames = new Map(Object.entries(route.names ?? {}).map(([name, field]) => [field, name]));
  const headers = new Map(Object.entries(route.headers ?? {}).map(([name, field]) => [field, name]));
  const given = new Set([
    ...headers.keys(),
    ...Object.keys(route.defaults ?? {}),
    ...(route.fills?.fields ?? []),
    'clientId',
  ]);
  return Object.entries(fields.properties)
    .filter(([field]) => field !== 'lastEventId')
    .map(([field, schema]) => ({
      name: wireNames.get(field) ?? field,
      schema,
      isInPath: route.path.includes(`{${field}}`),
      header: headers.get(field) ?? null,
      isRequired: fields.required.includes(field) && !given.has(field),
    }));
}

const isForm = ({ body }: RestRoute): boolean => body?.kind === 'form';

function requestBody(route: RestRoute, fields: readonly WireField[]): JsonObject {
  if (route.body?.kind === 'raw') {
    const json = { schema: jsonSchemaOf(route.body.schema, 'input') };
    return { required: true, content: { 'application/json': json } };
  }
  const required = fields.filter(({ isRequired }) => isRequired).map(({ name }) => name);
  const properties: JsonObject = {
    ...Object.fromEntries(
      Object.entries(route.constants ?? {}).map(([name, value]) => [name, { const: value }]),
    ),
    ...Object.fromEntries(fields.map(({ name, schema }) => [name, schema])),
  };
  const schema: JsonObject = { type: 'object', properties, ...(required.length > 0 && { required }) };
  const mediaTypes = ['application/json', ...(isForm(route) ? ['application/x-www-form-urlencoded'] : [])];
  const content = Object.fromEntries(mediaTypes.map((mediaType) => [mediaType, { schema }]));
  return { required: required.length > 0, content };
}

function responses(endpoint: Endpoint): JsonObject {
  const { route, isStream, follower } = endpoint;
  const error = { $ref: `#/components/schemas/${route.family === 'envelope' ? 'EnvelopeError' : 'Problem'}` };
  const mediaType = route.family === 'envelope' ? 'application/json' : 'application/problem+json';
  const failed = { default: { description: 'What went wrong', content: { [mediaType]: { schema: error } } } };
  if (isStream) {
    const description = 'Events until there is nothing more to tell';
    return {
      200: { description, content: { 'text/event-stream': { schema: { type: 'string' } } } },
      ...failed,
    };
  }
  const success = {
    description: 'Done',
    content: { 'application/json': { schema: answerSchema(endpoint) } },
  };
  return { [String(route.status ?? 200)]: success, ...outcomeOf(follower), ...failed };
}

function outcomeOf(follower: Endpoint['follower']): JsonObject {
  if (follower === null || follower.output === null) return {};
  const schema = jsonSchemaOf(follower.output, 'output');
  return { 200: { description: 'The outcome, waited for', content: { 'application/json': { schema } } } };
}

/** The schema of a success, dressed as its family dresses it. */
function answerSchema({ route, procedure }: Endpoint): Json {
  const schema = route.answer?.schema ?? procedure.output ?? z.json();
  return jsonSchemaOf(presenterOf(route.family).answerSchema(schema), 'output');
}

const MODE = {
  name: 'mode',
  in: 'query',
  required: false,
  schema: { type: 'string', enum: ['cookie', 'bearer'] },
};
const REST_OF_PATH = { name: 'rest', in: 'path', required: true, schema: { type: 'string' } };
const flag = (name: string): JsonObject => ({
  name,
  in: 'query',
  required: false,
  schema: { type: 'boolean' },
});

function streamParameters({ route }: Endpoint): JsonObject[] {
  if (route.sse?.style === 'data') return [];
  const text = (name: string, place: 'query' | 'header', more: JsonObject = {}): JsonObject => ({
    name,
    in: place,
    required: false,
    schema: { type: 'string', ...more },
  });
  return [
    text('Last-Event-ID', 'header'),
    text('lastEventId', 'query'),
    text('format', 'query', { enum: ['data'] }),
    ...(route.family === 'envelope' ? [text('aliases', 'query', { enum: ['legacy'] })] : []),
  ];
}

/** `post_api_v1_auth_login`: unique, as a method and an address are. */
function operationId({ route: { method, path } }: Endpoint): string {
  const words = path.split(/[^A-Za-z0-9]+/).filter((word) => word !== '');
  return [method.toLowerCase(), ...words, ...(path.endsWith('*') ? ['rest'] : [])].join('_');
}
