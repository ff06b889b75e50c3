import type { OAuthProviderName } from '@aura/contract';
import { z } from 'zod';
import type { OAuthClient, OAuthEndpoints } from '../config.ts';
import type { GuardedFetch } from './guarded-fetch.ts';
import { IssuerDownError, recallingFailures } from './issuer-fetch.ts';

/** Who signed in over there. An e-mail address that is not confirmed is left out. */
export interface OAuthProfile {
  subject: string;
  email: string | null;
  nickname: string | null;
}

/** One place to sign in with: OAuth 2.0, code flow with PKCE. */
export interface OAuthProvider {
  /** Names it in links to users. */
  issuer: string;
  /** Where the browser is sent. `challenge`: base64url of the SHA-256 of the verifier. */
  authorizationUrl(request: { state: string; challenge: string }): string;
  /** Trades the code and asks who it is. Throws `IssuerDownError`, or that the code was refused. */
  profile(grant: { code: string; verifier: string }): Promise<OAuthProfile>;
}

interface Kind {
  issuer: string;
  scope: string;
  endpoints: OAuthEndpoints;
  parse(answer: Record<string, unknown>): OAuthProfile;
}

const googleSchema = z.object({
  sub: z.string().min(1).max(300),
  email: z.email().max(254).optional(),
  email_verified: z.boolean().optional(),
  name: z.string().optional(),
});
const discordSchema = z.object({
  id: z.string().min(1).max(300),
  email: z.email().max(254).nullish(),
  verified: z.boolean().optional(),
  global_name: z.string().nullish(),
  username: z.string().optional(),
});
const tokenSchema = z.object({
  access_token: z.string().min(1),
  token_type: z.string().refine((type) => type.toLowerCase() === 'bearer'),
});

const KINDS: Record<OAuthProviderName, Kind> = {
  google: {
    issuer: 'https://accounts.google.com',
    scope: 'openid email profile',
    endpoints: {
      authorizationUrl: 'https://accounts.google.com/o/oauth2/v2/auth',
      tokenUrl: 'https://oauth2.googleapis.com/token',
      profileUrl: 'https://openidconnect.googleapis.com/v1/userinfo',
    },
    parse(answer) {
      const { sub, email, email_verified: isConfirmed, name } = googleSchema.parse(answer);
      return {
        subject: sub,
        email: isConfirmed === true ? (email ?? null) : null,
        nickname: name ?? null,
      };
    },
  },
  discord: {
    issuer: 'https://discord.com',
    scope: 'identify email',
    endpoints: {
      authorizationUrl: 'https://discord.com/oauth2/authorize',
      tokenUrl: 'https://discord.com/api/oauth2/token',
      profileUrl: 'https://discord.com/api/users/@me',
    },
    parse(answer) {
      const { id, email, verified, global_name: display, username } = discordSchema.parse(answer);
      return {
        subject: id,
        email: verified === true ? (email ?? null) : null,
        nickname: display ?? username ?? null,
      };
    },
  },
};

export interface OAuthProviderOptions {
  name: OAuthProviderName;
  client: OAuthClient;
  /** Where the provider sends the browser back to, as registered there. */
  redirectUri: string;
  fetch: GuardedFetch['fetch'];
}

export function createOAuthProvider({
  name,
  client,
  redirectUri,
  fetch,
}: OAuthProviderOptions): OAuthProvider {
  const kind = KINDS[name];
  const endpoints = client.endpoints ?? kind.endpoints;
  const load = recallingFailures(fetch);
  return {
    issuer: kind.issuer,
    authorizationUrl({ state, challenge }) {
      const url = new URL(endpoints.authorizationUrl);
      for (const [parameter, value] of Object.entries({
        response_type: 'code',
        client_id: client.clientId,
        redirect_uri: redirectUri,
        scope: kind.scope,
        state,
        code_challenge: challenge,
        code_challenge_method: 'S256',
      })) {
        url.searchParams.set(parameter, value);
      }
      return url.href;
    },
    async profile({ code, verifier }) {
      const form = new URLSearchParams({
        grant_type: 'authorization_code',
        code,
        code_verifier: verifier,
        redirect_uri: redirectUri,
        client_id: client.clientId,
        client_secret: client.clientSecret,
      });
      const headers = { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' };
      const init = { method: 'POST', headers, body: form.toString() };
      const token = understood(
        (value) => tokenSchema.parse(value),
        await load.json(endpoints.tokenUrl, init),
      );
      const authorization = `Bearer ${token.access_token}`;
      const answer = await load.json(endpoints.profileUrl, { headers: { authorization } });
      return understood(kind.parse, answer);
    },
  };
}

function understood<T>(parse: (answer: Record<string, unknown>) => T, answer: Record<string, unknown>): T {
  try {
    return parse(answer);
  } catch (err) {
    throw new IssuerDownError('The sign-in provider’s answer makes no sense.', err);
  }
}
