import { decodeJwt } from 'jose';
import { z } from 'zod';
import type { Clock } from '../../clock.ts';
import type { IdentityIssuer } from '../../config.ts';
import type { GuardedFetch } from '../../ports/guarded-fetch.ts';
import { createIdentityPort, type IdentityPort, type IssuerClaims } from '../../ports/identity-issuer.ts';
import { type Actor, actorSchema } from './actor.ts';

/** Whom a token of somebody else's is about, once it is believed. */
export interface ExternalSubject {
  issuer: IdentityIssuer;
  /** Null: the issuer does not say. */
  subject: string | null;
  email: string | null;
  nickname: string | null;
  /** Who acts in the subject's name already. */
  act: Actor | undefined;
  /** Who may be given the right to act in the subject's name; null: it does not say. */
  mayAct: Actor | null;
  /** What may be presented once, and how long to remember it; null for opaque tokens, which are known by nothing. */
  once: { id: string; expiresAt: Date } | null;
}

/** Reads tokens of the configured issuers, and no others'. */
export interface ExternalTokens {
  /** Throws `IssuerDownError`, or why the token is not believed. `issuer`: for a token that does not say it. */
  read(token: string, issuer?: string): Promise<ExternalSubject>;
}

const MAX_LIFE_S = 24 * 3_600;

const claimsSchema = z.object({
  sub: z.coerce.string().min(1).max(300).nullish().catch(null),
  email: z.email().max(254).nullish().catch(null),
  email_verified: z.union([z.boolean(), z.stringbool()]).nullish().catch(null),
  name: z.string().nullish().catch(null),
  act: actorSchema.optional(),
  may_act: actorSchema.optional(),
});
const lifeSchema = z.object({ iat: z.number(), exp: z.number(), jti: z.string().max(300).optional() });

interface Options {
  issuers: readonly IdentityIssuer[];
  fetch: GuardedFetch['fetch'];
  clock: Pick<Clock, 'now'>;
}

export function createExternalTokens({ issuers, fetch, clock }: Options): ExternalTokens {
  const now = (): Date => clock.now();
  const known = issuers.map((issuer): [IdentityIssuer, IdentityPort] => [
    issuer,
    createIdentityPort({ issuer, fetch, now }),
  ]);

  /** Never a guess: a token that names an issuer goes to that one, or to nobody. */
  const issuerOf = (named: string | undefined): [IdentityIssuer, IdentityPort] => {
    const candidates = known.filter(([{ issuer, proof }]) =>
      named === undefined ? proof.kind === 'userinfo' || known.length === 1 : issuer === named,
    );
    const [only] = candidates;
    if (only === undefined || candidates.length > 1) throw new Error('no issuer of ours, or several');
    return only;
  };

  return {
    async read(token, named) {
      const claimed = issuerInside(token);
      if (claimed !== null && named !== undefined && claimed !== named) throw new Error('of another issuer');
      const [issuer, port] = issuerOf(claimed ?? named);
      const isSigned = claimed !== null && issuer.proof.kind === 'oidc';
      const claims = isSigned ? await port.verify(token) : await port.userinfo(token);
      return { issuer, ...subjectOf(claims), once: isSigned ? onceOf(token, claims) : null };
    },
  };
}

/** Who a token says that it is from; null when it is no signed token. Nothing is believed yet. */
function issuerInside(token: string): string | null {
  if (token.split('.').length !== 3) return null;
  try {
    return z.string().parse(decodeJwt(token).iss);
  } catch {
    return null;
  }
}

function subjectOf(claims: Record<string, unknown>): Omit<ExternalSubject, 'issuer' | 'once'> {
  const { sub, email, email_verified: isVerified, name, act, may_act: mayAct } = claimsSchema.parse(claims);
  return {
    subject: sub ?? null,
    // An address that the issuer says is not confirmed would keep its owner from registering with it.
    email: isVerified === false ? null : (email ?? null),
    nickname: name ?? null,
    act,
    mayAct: mayAct ?? null,
  };
}

/** By its `jti`, or by the whole of it where there is none. */
function onceOf(token: string, claims: IssuerClaims): { id: string; expiresAt: Date } {
  const { iat, exp, jti } = lifeSchema.parse(claims);
  if (exp - iat > MAX_LIFE_S) throw new Error('lives too long');
  return { id: jti ?? token, expiresAt: new Date((exp + 60) * 1_000) };
}
