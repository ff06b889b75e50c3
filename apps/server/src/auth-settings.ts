import type { BackendConfig, IdentityIssuer } from '@aura/backend';
import { z } from 'zod';
import { EnvError, flag, json, list } from './setting-types.ts';

/** Secrets that stand in documentation, and are therefore none. */
const SAMPLE_WORDS = /change|me|super|secret|your|256|bit|key|jwt|please|in|production|this|to|a|[-_ .]/gi;

const secret = z
  .string()
  .refine((value) => Buffer.byteLength(value) >= 32, {
    abort: true,
    message: 'needs at least 32 bytes; make one with: openssl rand -base64 48',
  })
  .refine((value) => new Set(value).size >= 10, {
    abort: true,
    message: 'is too easy to guess; make one with: openssl rand -base64 48',
  })
  .refine((value) => !isSample(value), {
    message: 'is a published sample; make one with: openssl rand -base64 48',
  });

const issuerSchema = z
  .strictObject({
    issuer: z.url(),
    audience: z.union([z.string(), z.array(z.string()).min(1)]).optional(),
    userinfoUrl: z.url().optional(),
    tenant: z.string().optional(),
    role: z.enum(['admin', 'user', 'guest']).optional(),
    mayJoin: z.boolean().optional(),
  })
  .transform(({ issuer, audience, userinfoUrl, ...rest }, ctx): IdentityIssuer => {
    const others = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined));
    if (audience !== undefined) {
      const audiences = typeof audience === 'string' ? [audience] : audience;
      return { issuer, ...others, proof: { kind: 'oidc', audiences } };
    }
    if (userinfoUrl !== undefined) {
      return { issuer, ...others, proof: { kind: 'userinfo', url: userinfoUrl } };
    }
    ctx.addIssue({ code: 'custom', message: 'needs an audience or a userinfoUrl' });
    return z.NEVER;
  });

/** Settings about who is let in. */
export const authSettings = {
  JWT_SECRET: secret.optional(),
  SECRET_KEY: secret.optional(),
  JWT_PREVIOUS_SECRETS: list.pipe(z.array(secret).max(5)).default([]),
  JWT_ACCEPT_LEGACY: flag.default(false),
  JWT_LEGACY_ISSUERS: list.default([]),
  JWT_LEGACY_AUDIENCES: list.default([]),
  TOKEN_SIGNING_SECRET: secret.optional(),
  GATEWAY_SECRET: secret.optional(),
  AURA_IDENTITY_ISSUERS: json(
    z.array(issuerSchema),
    '[{"issuer":"https://login.example.com","audience":"client-id"}]',
  ).default([]),
  AURA_IDENTITY_HTTP_ALLOW: list.default([]),
  AURA_PUBLIC_URL: z
    .string()
    .refine((value) => URL.canParse(value) && new URL(value).origin === value, {
      message: 'must be an origin such as https://aura.example.com, without a path',
    })
    .optional(),
  OAUTH_GOOGLE_CLIENT_ID: z.string().min(1).optional(),
  OAUTH_GOOGLE_CLIENT_SECRET: z.string().min(1).optional(),
  OAUTH_DISCORD_CLIENT_ID: z.string().min(1).optional(),
  OAUTH_DISCORD_CLIENT_SECRET: z.string().min(1).optional(),
};

export type AuthSettings = Required<
  Pick<
    BackendConfig,
    | 'previousJwtSecrets'
    | 'legacyTokens'
    | 'tokenSigningSecret'
    | 'identityIssuers'
    | 'identityHttpAllow'
    | 'oauthClients'
    | 'publicUrl'
  >
>;

type Raw = z.output<z.ZodObject<typeof authSettings>>;

/** As the backend takes them, but for the secret that signs. Throws `EnvError`. */
export function authOf(raw: Raw): AuthSettings {
  return {
    previousJwtSecrets: raw.JWT_PREVIOUS_SECRETS,
    legacyTokens: raw.JWT_ACCEPT_LEGACY
      ? { issuers: raw.JWT_LEGACY_ISSUERS, audiences: raw.JWT_LEGACY_AUDIENCES }
      : null,
    tokenSigningSecret: raw.TOKEN_SIGNING_SECRET ?? null,
    identityIssuers: raw.AURA_IDENTITY_ISSUERS,
    identityHttpAllow: raw.AURA_IDENTITY_HTTP_ALLOW,
    oauthClients: oauthClientsOf(raw),
    publicUrl: raw.AURA_PUBLIC_URL ?? null,
  };
}

function oauthClientsOf(raw: Raw): AuthSettings['oauthClients'] {
  const clients: AuthSettings['oauthClients'] = {};
  for (const [provider, name] of [
    ['google', 'OAUTH_GOOGLE_CLIENT'],
    ['discord', 'OAUTH_DISCORD_CLIENT'],
  ] as const) {
    const clientId = raw[`${name}_ID`];
    const clientSecret = raw[`${name}_SECRET`];
    if (clientId === undefined) continue;
    if (clientSecret === undefined) throw new EnvError(`${name}_SECRET is required with ${name}_ID`);
    if (raw.AURA_PUBLIC_URL === undefined) {
      throw new EnvError(`AURA_PUBLIC_URL is required with ${name}_ID: where browsers come back to`);
    }
    clients[provider] = { clientId, clientSecret };
  }
  return clients;
}

/** Nothing much is left of a published sample once its words are taken out; random text hardly loses anything. */
function isSample(value: string): boolean {
  return value.replaceAll(SAMPLE_WORDS, '').length < 16;
}
