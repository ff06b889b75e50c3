import type { StartOAuthInput, StartOAuthOutput } from '@aura/contract';
import { notFound } from '../../app-error.ts';
import type { RequestContext } from '../../context.ts';

/**
 * Begins a sign-in with somebody else; `linkTo` is the user whom that identity is to belong to, null for whoever it
 * belongs to already. Throws `NOT_FOUND` for a provider that is not configured.
 */
export function startOAuth(
  ctx: Pick<RequestContext, 'oauthProviders' | 'oauthStates'>,
  { provider: name, returnTo }: StartOAuthInput,
  linkTo: string | null,
): StartOAuthOutput {
  const provider = ctx.oauthProviders.get(name);
  if (provider === undefined) throw notFound('sign-in provider');
  const intent = { provider: name, returnTo: returnTo ?? null, linkTo };
  const { state, binding, challenge } = ctx.oauthStates.issue(intent);
  return { url: provider.authorizationUrl({ state, challenge }), binding };
}
