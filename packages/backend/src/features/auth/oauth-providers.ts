import { type OAuthProviderName, oauthProviderSchema } from '@aura/contract';
import type { BackendConfig } from '../../config.ts';
import type { GuardedFetch } from '../../ports/guarded-fetch.ts';
import { createOAuthProvider, type OAuthProvider } from '../../ports/oauth-provider.ts';

/** Those with a client id. Throws when there is one and nobody says where browsers come back to. */
export function createOAuthProviders(
  { oauthClients = {}, publicUrl = null }: Pick<BackendConfig, 'oauthClients' | 'publicUrl'>,
  fetch: GuardedFetch['fetch'],
): ReadonlyMap<OAuthProviderName, OAuthProvider> {
  const providers = new Map<OAuthProviderName, OAuthProvider>();
  for (const name of oauthProviderSchema.options) {
    const client = oauthClients[name];
    if (client === undefined) continue;
    if (publicUrl === null) {
      throw new Error(`Signing in with ${name} needs the public URL of this server (AURA_PUBLIC_URL).`);
    }
    const redirectUri = new URL(`/auth/oauth/${name}/callback`, publicUrl).href;
    providers.set(name, createOAuthProvider({ name, client, redirectUri, fetch }));
  }
  return providers;
}
