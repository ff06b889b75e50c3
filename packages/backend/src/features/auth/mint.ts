import { type AuthResult, idSchema, type MintInput, mintBodySchema, roleSchema } from '@aura/contract';
import type { z } from 'zod';
import { AppError, notFound } from '../../app-error.ts';
import type { RequestContext } from '../../context.ts';
import { type Tx, withSystemTransaction } from '../../db/transaction.ts';
import { admitExternalUser } from './admit-external-user.ts';
import { authResult, type SessionGrant } from './create-session.ts';
import { lockMember, tenantIdOf } from './member-store.ts';
import { openSession } from './open-session.ts';
import { checkSignature } from './request-signature.ts';
import { useOnce } from './use-once.ts';

/** In whose name users of the signing backend are known, who are none of ours by id. */
const ISSUER = 'urn:aura:token-signing';

/**
 * A session for a user of a backend that knows `TOKEN_SIGNING_SECRET`: signed over the body to the byte, good once and for
 * 300 s. A user id that is none of ours becomes a user here, with the highest of the roles. Throws `UNAUTHORIZED` (not
 * signed so, too old, used before, or no secret is configured), `BAD_INPUT`, `NOT_FOUND`, `ACCOUNT_INACTIVE`.
 */
export async function mint(ctx: RequestContext, { rawBody, signature }: MintInput): Promise<AuthResult> {
  const secret = ctx.config.tokenSigningSecret ?? null;
  const signed =
    secret === null ? null : checkSignature(signature, { rawBody, secret, now: ctx.clock.now() });
  if (signed === null) throw unsigned();
  const body = parseBody(rawBody);
  const { id, expiresAt } = signed;
  const grant = await withSystemTransaction(ctx, async (tx) => {
    if (!(await useOnce(tx.db, { name: ['signature', id], expiresAt }))) throw unsigned();
    return await admit(tx, ctx, body);
  });
  return await authResult(ctx, grant);
}

async function admit(
  tx: Tx,
  ctx: RequestContext,
  body: z.infer<typeof mintBodySchema>,
): Promise<SessionGrant> {
  const home = await tenantIdOf(tx.db, body.tenant ?? 'default');
  if (home === undefined) throw notFound('tenant');
  const subject = body.user_id;
  const own = { tenantId: home, userId: subject.toLowerCase() };
  const isOurs = idSchema.safeParse(subject).success && (await lockMember(tx.db, own)) !== undefined;
  const role = roleSchema.options.find((one) => body.roles?.includes(one)) ?? 'user';
  const userId = isOurs
    ? own.userId
    : await admitExternalUser(
        tx,
        { issuer: ISSUER, subject: `${home} ${subject}`, email: null, nickname: null },
        { mayJoin: true, tenantId: home, role, whenEmailTaken: 'invent' },
      );
  return await openSession(tx, ctx, { userId, tenantId: home, how: { action: 'auth.minted' } });
}

function parseBody(rawBody: string): z.infer<typeof mintBodySchema> {
  try {
    return mintBodySchema.parse(JSON.parse(rawBody));
  } catch (cause) {
    throw new AppError('BAD_INPUT', {
      message:
        'The body must be JSON such as {"user_id":"42","roles":["user"]}; roles are admin, user and guest.',
      cause,
    });
  }
}

function unsigned(): AppError {
  return new AppError('UNAUTHORIZED', {
    message:
      'Sign the request: X-Signature: t=<unix seconds>,v1=<hex HMAC-SHA256(secret, t + "." + raw body)>, at most 300 s old and once.',
  });
}
