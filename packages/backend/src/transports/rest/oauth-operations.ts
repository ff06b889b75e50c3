import { type JsonObject, oauthProviderSchema } from '@aura/contract';

const text = (name: string): JsonObject => ({
  name,
  in: 'query',
  required: false,
  schema: { type: 'string' },
});
const steps = {
  start: {
    summary: 'Sends the browser to a provider to sign in there',
    parameters: [text('returnTo')],
    description: 'To the provider, with a cookie that has to come back',
  },
  callback: {
    summary: 'Signs in the browser that comes back from a provider',
    parameters: ['state', 'code', 'error'].map(text),
    description: 'To where the start wanted it, with the refresh token in a cookie',
  },
};

/** What OpenAPI says of the addresses of `oauthRoutes`, by path. */
export function oauthOperations(): [string, JsonObject][] {
  const error = { schema: { $ref: '#/components/schemas/Problem' } };
  return oauthProviderSchema.options.flatMap((provider) =>
    Object.entries(steps).map(([step, { summary, parameters, description }]): [string, JsonObject] => [
      `/auth/oauth/${provider}/${step}`,
      {
        get: {
          operationId: `get_auth_oauth_${provider}_${step}`,
          summary,
          tags: ['auth'],
          security: [],
          parameters,
          responses: {
            302: { description },
            default: { description: 'What went wrong', content: { 'application/problem+json': error } },
          },
        },
      },
    ]),
  );
}
