import { createRemoteJWKSet, customFetch, errors, type JWTPayload, jwtVerify } from 'jose';
import { z } from 'zod';
import type { IdentityIssuer } from '../config.ts';
import { type FetchJson, IssuerDownError, recallingFailures } from './issuer-fetch.ts';
import type { GuardedFetch } from './guarded-fetch.ts';

/** What an issuer has said of somebody. Nothing in it but `iss` and the signature has been judged. */
export type IssuerClaims = JWTPayload & Record<string, unknown>;

export interface IdentityPort {
  /** The claims of a signed token. Throws `IssuerDownError`, or why the token is not believed. */
  verify(token: string): Promise<IssuerClaims>;
  /** What its userinfo endpoint answers to the token. Throws `IssuerDownError`, or that it is refused. */
  userinfo(token: string): Promise<Record<string, unknown>>;
}

export interface IdentityPortOptions {
  issuer: IdentityIssuer;
  fetch: GuardedFetch['fetch'];
  now: () => Date;
}

const ALGORITHMS = ['RS256', 'PS256', 'ES256', 'EdDSA'];
const TOLERANCE_S = 5;
const DISCOVERED_MS = 3_600_000;
/** However many tokens name a key that is not there. */
const KEYS_COOLDOWN_MS = 30_000;

const discoverySchema = z.object({
  issuer: z.string(),
  jwks_uri: z.url().optional(),
  userinfo_endpoint: z.url().optional(),
});
type Discovery = z.infer<typeof discoverySchema>;
type Keys = ReturnType<typeof createRemoteJWKSet>;

/**
 * One issuer, over a fetch that reaches public addresses alone: its discovery document says where keys and userinfo are,
 * so whoever writes that document would otherwise choose what this server connects to.
 */
export function createIdentityPort({ issuer: config, fetch, now }: IdentityPortOptions): IdentityPort {
  const load = recallingFailures(fetch);
  let discovery: { at: number; found: Promise<Discovery> } | null = null;
  let keys: { url: string; set: Keys } | null = null;

  const discover = async (): Promise<Discovery> => {
    if (discovery === null || performance.now() - discovery.at > DISCOVERED_MS) {
      const found = discoverAt(config.issuer, load);
      discovery = { at: performance.now(), found };
      found.catch(() => {
        discovery = null;
      });
    }
    return await discovery.found;
  };

  const currentKeys = async (): Promise<Keys> => {
    const { jwks_uri: url } = await discover();
    if (url === undefined) throw new IssuerDownError('The issuer names no keys.');
    if (keys?.url !== url) {
      const options = {
        cooldownDuration: KEYS_COOLDOWN_MS,
        [customFetch]: async (address: string, init: RequestInit) => await load.response(address, init),
      };
      keys = { url, set: createRemoteJWKSet(new URL(url), options) };
    }
    return keys.set;
  };

  return {
    async verify(token) {
      const { proof, issuer } = config;
      if (proof.kind !== 'oidc') throw new Error('this issuer signs nothing');
      try {
        const { payload } = await jwtVerify(token, await currentKeys(), {
          algorithms: ALGORITHMS,
          issuer,
          audience: [...proof.audiences],
          requiredClaims: ['exp', 'iat'],
          clockTolerance: TOLERANCE_S,
          currentDate: now(),
        });
        return payload;
      } catch (err) {
        throw saysNothing(err) ? new IssuerDownError('The keys of the issuer cannot be read.', err) : err;
      }
    },
    async userinfo(token) {
      const { proof } = config;
      const url = proof.kind === 'userinfo' ? proof.url : (await discover()).userinfo_endpoint;
      if (url === undefined) throw new Error('this issuer has no userinfo endpoint');
      return await load.json(url, { headers: { authorization: `Bearer ${token}` } });
    },
  };
}

async function discoverAt(issuer: string, load: FetchJson): Promise<Discovery> {
  const url = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
  const parsed = discoverySchema.safeParse(await load.json(url, {}));
  // Who else's document it is, its keys would sign for the issuer that we asked (OpenID Connect Discovery, 4.3).
  if (!parsed.success || parsed.data.issuer !== issuer) {
    throw new IssuerDownError('The issuer’s discovery document is none, or of another issuer.');
  }
  return parsed.data;
}

/** jose's words for keys that did not come, and for an answer that is no set of keys. */
function saysNothing(err: unknown): boolean {
  return (
    err instanceof errors.JWKSTimeout ||
    err instanceof errors.JWKSInvalid ||
    (err instanceof errors.JOSEError && err.code === 'ERR_JOSE_GENERIC')
  );
}
