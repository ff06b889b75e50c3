import { type Role, roleSchema } from '@aura/contract';
import { decodeProtectedHeader, jwtVerify } from 'jose';
import { createSecretKey } from 'node:crypto';
import { z } from 'zod';
import type { LegacyTokenConfig } from '../../config.ts';
import type { SecretRing } from '../../secret-ring.ts';

/** What a token of another service says, once it is believed. */
export interface LegacyClaims {
  subject: string;
  /** The id or the slug of a tenant here. */
  tenant: string;
  email: string | null;
  role: Role;
  expiresAt: Date;
}

const MAX_CHARS = 4_096;
const TOLERANCE_S = 5;
const MAX_LIFE_S = 24 * 3_600;

const headerSchema = z.strictObject({
  alg: z.literal('HS256'),
  typ: z.enum(['JWT', 'at+jwt']).optional(),
  /** Names a key over there; here the signature alone says which one it was. */
  kid: z.string().max(200).optional(),
});
const claimsSchema = z.object({
  sub: z.string().min(1).max(200),
  tenant_id: z.string().min(1).max(100),
  exp: z.int(),
  iat: z.int().optional(),
  iss: z.string().optional(),
  aud: z.string().optional(),
  email: z.email().max(254).optional(),
  role: z.string().optional(),
  roles: z.array(z.string()).max(20).optional(),
});

/**
 * Believes a token that another service signed with one of our secrets. It need not have `iss`, `aud` or `jti`; what it
 * has of the first two must be configured. Lives 24 h at most, from `iat` when it says so. Throws for every reason not to.
 */
export async function readLegacyClaims(
  token: string,
  { secrets, now, config }: { secrets: SecretRing; now: Date; config: LegacyTokenConfig },
): Promise<LegacyClaims> {
  if (token.length > MAX_CHARS) throw new Error('too long');
  headerSchema.parse(decodeProtectedHeader(token));
  const claims = claimsSchema.parse(await verified(token, secrets, now));
  const { iss, aud, exp } = claims;
  if (iss !== undefined && !config.issuers.includes(iss)) throw new Error('an issuer that is not configured');
  if (aud !== undefined && !config.audiences.includes(aud)) {
    throw new Error('an audience that is not configured');
  }
  const nowS = now.getTime() / 1_000;
  const iat = claims.iat ?? nowS;
  if (iat > nowS + TOLERANCE_S || exp <= iat || exp - iat > MAX_LIFE_S) throw new Error('lives too long');
  return {
    subject: claims.sub,
    tenant: claims.tenant_id,
    email: claims.email ?? null,
    role: roleOf(claims),
    expiresAt: new Date(exp * 1_000),
  };
}

/** By whichever of the secrets it was signed with. */
async function verified(token: string, secrets: SecretRing, now: Date): Promise<unknown> {
  const options = { algorithms: ['HS256'], clockTolerance: TOLERANCE_S, currentDate: now };
  let reason: unknown;
  for (const secret of secrets) {
    try {
      return (await jwtVerify(token, createSecretKey(secret, 'utf8'), options)).payload;
    } catch (err) {
      reason = err;
    }
  }
  throw reason;
}

/** The highest role it names that we know; a word that we do not know gives nothing. */
function roleOf({ role, roles = [] }: z.infer<typeof claimsSchema>): Role {
  const named = [...roles, ...(role === undefined ? [] : [role])];
  const known = roleSchema.options.find((one) => named.includes(one));
  return known ?? (named.length === 0 ? 'user' : 'guest');
}
