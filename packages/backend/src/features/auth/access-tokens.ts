import { idSchema, roleSchema, type Role } from '@aura/contract';
import { jwtVerify, SignJWT } from 'jose';
import { LRUCache } from 'lru-cache';
import { createSecretKey, type KeyObject, randomUUID } from 'node:crypto';
import { z } from 'zod';
import { AppError } from '../../app-error.ts';
import type { Clock } from '../../clock.ts';
import type { Caller } from '../../context.ts';
import { secretId, type SecretRing } from '../../secret-ring.ts';
import { type Actor, actorSchema } from './actor.ts';

export interface AccessClaims {
  userId: string;
  tenantId: string;
  role: Role;
  sessionId: string;
  email: string;
  /** Who acts in the user's name, when it is not the user. */
  act?: Actor | undefined;
}

/** Makes and checks the short-lived tokens that every call carries. */
export interface AccessTokens {
  issue(claims: AccessClaims): Promise<{ token: string; expiresAt: Date }>;
  /** Who is calling. Throws `UNAUTHORIZED` for anything but a token that `issue` made and that has not ended. */
  verify(token: string): Promise<Caller>;
}

const HEADER = { alg: 'HS256', typ: 'at+jwt' };
const ISSUER = 'aura';
const AUDIENCE = 'aura';
const LIFETIME_S = 15 * 60;
const TOLERANCE_S = 5;
const MAX_CHARS = 4_096;
/** Tokens that are believed without looking again at what cannot change about them. */
const MAX_KNOWN = 10_000;

/** `tenant_id` and `email` are what older clients read; `tid` is what counts here. */
const claimsSchema = z.object({
  iss: z.literal(ISSUER),
  aud: z.literal(AUDIENCE),
  sub: idSchema,
  tid: idSchema,
  tenant_id: idSchema,
  sid: idSchema,
  jti: idSchema,
  role: roleSchema,
  iat: z.int(),
  exp: z.int(),
  act: actorSchema.optional(),
});

type Claims = z.infer<typeof claimsSchema>;

/** `secrets`: see `secretRing`. `clock` decides what has ended. */
export function createAccessTokens({
  secrets,
  clock,
}: {
  secrets: SecretRing;
  clock: Pick<Clock, 'now'>;
}): AccessTokens {
  const keys = keysByHeader(secrets);
  const current = { header: { ...HEADER, kid: secretId(secrets[0]) }, key: keyOf(secrets[0]) };

  const known = new LRUCache<string, Claims>({ max: MAX_KNOWN });

  /** Checking a signature costs more than the rest of a small call, and callers come with the same token again and again. */
  const claimsOf = async (token: string): Promise<Claims> => {
    const earlier = known.get(token);
    // All that time can change about a token that was good: that it has ended.
    if (earlier !== undefined && earlier.exp + TOLERANCE_S > clock.now().getTime() / 1_000) return earlier;
    known.delete(token);
    const claims = await readClaims(token);
    known.set(token, claims);
    return claims;
  };

  /** The one place where a token is believed. Throws for every reason not to. */
  const readClaims = async (token: string): Promise<Claims> => {
    const key = isOurForm(token) ? keys.get(token.slice(0, token.indexOf('.'))) : undefined;
    if (key === undefined) throw new Error('not in the form of our tokens');
    const now = clock.now();
    const { payload } = await jwtVerify(token, key, {
      algorithms: [HEADER.alg],
      typ: HEADER.typ,
      issuer: ISSUER,
      audience: AUDIENCE,
      requiredClaims: ['exp', 'iat', 'sub', 'tid', 'sid', 'jti'],
      clockTolerance: TOLERANCE_S,
      currentDate: now,
    });
    const claims = claimsSchema.parse(payload);
    if (claims.tid !== claims.tenant_id) throw new Error('two tenants');
    // jose looks at the age of a token, never at how long it was made to live.
    if (claims.exp <= claims.iat || claims.exp - claims.iat > LIFETIME_S) throw new Error('lives too long');
    if (claims.iat > now.getTime() / 1_000 + TOLERANCE_S) throw new Error('issued in the future');
    return claims;
  };

  return {
    async issue({ userId, tenantId, role, sessionId, email, act }) {
      const iat = Math.floor(clock.now().getTime() / 1_000);
      const exp = iat + LIFETIME_S;
      const token = await new SignJWT({
        iss: ISSUER,
        aud: AUDIENCE,
        sub: userId,
        tid: tenantId,
        tenant_id: tenantId,
        sid: sessionId,
        jti: randomUUID(),
        role,
        email,
        iat,
        exp,
        ...(act && { act }),
      })
        .setProtectedHeader(current.header)
        .sign(current.key);
      return { token, expiresAt: new Date(exp * 1_000) };
    },
    async verify(token) {
      try {
        const { sub, tid, role, sid, exp, act } = await claimsOf(token);
        return {
          userId: sub,
          tenantId: tid,
          role,
          sessionId: sid,
          expiresAt: new Date(exp * 1_000),
          scopes: null,
          ...(act && { act }),
        };
      } catch (cause) {
        throw tokenRefused(cause);
      }
    },
  };
}

/** The answer to a token or an API key that opens nothing; the same for every reason, which stays in `cause`. */
export function tokenRefused(cause?: unknown): AppError {
  return new AppError('UNAUTHORIZED', {
    message: 'The access token is not valid or has ended. Refresh it or sign in again.',
    cause,
  });
}

/**
 * Every header that `issue` writes, to the byte, and the key that belongs to it: so no `jwk`, `jku`, `x5u`, `crit`, other
 * algorithm or unknown `kid` is ever looked at. One without `kid` is of a release before there were several keys.
 */
function keysByHeader(secrets: SecretRing): Map<string, KeyObject> {
  const encoded = (header: object): string => Buffer.from(JSON.stringify(header)).toString('base64url');
  return new Map([
    [encoded(HEADER), keyOf(secrets[0])],
    ...secrets.map((secret): [string, KeyObject] => [
      encoded({ ...HEADER, kid: secretId(secret) }),
      keyOf(secret),
    ]),
  ]);
}

/** A KeyObject: given bytes, jose would take a key of the wrong kind for a shared secret. */
function keyOf(secret: string): KeyObject {
  return createSecretKey(secret, 'utf8');
}

/**
 * True when the text could have come out of `issue`: three parts, no spare bits in the base64, and a payload without
 * doubled members, which another reader of the token might understand differently.
 */
function isOurForm(token: string): boolean {
  if (token.length > MAX_CHARS) return false;
  const [, payload, signature, ...rest] = token.split('.');
  if (payload === undefined || signature === undefined || rest.length > 0) return false;
  if (!isCanonicalBase64(payload) || !isCanonicalBase64(signature)) return false;
  const text = Buffer.from(payload, 'base64url').toString();
  return JSON.stringify(JSON.parse(text)) === text;
}

function isCanonicalBase64(text: string): boolean {
  return Buffer.from(text, 'base64url').toString('base64url') === text;
}
