import type { JsonObject } from '@aura/contract';
import type { Endpoint } from './collect-endpoints.ts';
import { jsonSchemaOf } from './json-schema.ts';
import { oauthOperations } from './oauth-operations.ts';
import { openapiOperation } from './openapi-operation.ts';
import { presenterOf } from './presenters.ts';

/** The OpenAPI 3.1 description of every REST route. The same routes give the same bytes. */
export function openapiDocument(endpoints: readonly Endpoint[], version: string): JsonObject {
  const paths = new Map<string, JsonObject>(oauthOperations());
  for (const endpoint of endpoints) {
    const { method, path } = endpoint.route;
    const address = path.replace(/\*$/, '{rest}');
    paths.set(address, { ...paths.get(address), [method.toLowerCase()]: openapiOperation(endpoint) });
  }
  return {
    openapi: '3.1.1',
    info: {
      title: 'Aura',
      version,
      description:
        'The same procedures as tRPC. A slash at the end of an address is optional; what the caller may not see answers as what does not exist.',
    },
    security: [{ bearer: [] }],
    paths: Object.fromEntries([...paths].toSorted(([a], [b]) => (a < b ? -1 : 1))),
    components: {
      securitySchemes: {
        bearer: {
          type: 'http',
          scheme: 'bearer',
          description: 'An access token of /auth/login, or an API key.',
        },
      },
      schemas: {
        Problem: jsonSchemaOf(presenterOf('problem').failureSchema, 'output'),
        EnvelopeError: jsonSchemaOf(presenterOf('envelope').failureSchema, 'output'),
      },
    },
  };
}
