import { type JsonObject, oauthProviderSchema } from '@aura/contract';

const text = (name: string): JsonObject => ({
  name,
  in: 'query',
  required: false,
  schema: { type: 'string' },
});
const STEPS = [
  {
    step: 'start',
    method: 'get',
    summary: 'Sends the browser to a provider to sign in there',
    parameters: [text('returnTo')],
    description: 'To the provider, with a cookie that has to come back',
  },
  {
    step: 'link',
    method: 'post',
    summary: 'Begins to add a sign-in with a provider to the account of who asks',
    parameters: [text('returnTo')],
    description: 'Where to lead the browser, with a cookie that has to come back',
  },
  {
    step: 'callback',
    method: 'get',
    summary: 'Signs in the browser that comes back from a provider',
    parameters: ['state', 'code', 'error'].map(text),
    description: 'To where the start wanted it, with the refresh token in a cookie',
  },
];

const link = {
  type: 'object',
  properties: { url: { type: 'string' } },
  required: ['url'],
};

/** What OpenAPI says of the addresses of `oauthRoutes`, by path. */
export function oauthOperations(): [string, JsonObject][] {
  const error = { schema: { $ref: '#/components/schemas/Problem' } };
  const failed = { description: 'What went wrong', content: { 'application/problem+json': error } };
  return oauthProviderSchema.options.flatMap((provider) =>
    STEPS.map(({ step, method, summary, parameters, description }): [string, JsonObject] => {
      const success: JsonObject =
        method === 'get'
          ? { 302: { description } }
          : { 200: { description, content: { 'application/json': { schema: link } } } };
      const operation: JsonObject = {
        operationId: `${method}_auth_oauth_${provider}_${step}`,
        summary,
        tags: ['auth'],
        ...(method === 'get' && { security: [] }),
        parameters,
        responses: { ...success, default: failed },
      };
      return [`/auth/oauth/${provider}/${step}`, { [method]: operation }];
    }),
  );
}
