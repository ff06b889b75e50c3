import type { AuthResult, ExchangeInput } from '@aura/contract';
import { AppError, notFound } from '../../app-error.ts';
import type { RequestContext } from '../../context.ts';
import { type Tx, withSystemTransaction } from '../../db/transaction.ts';
import { IssuerDownError } from '../../ports/issuer-fetch.ts';
import { type Actor, actorSchema } from './actor.ts';
import { admitExternalUser } from './admit-external-user.ts';
import { authResult, type SessionGrant } from './create-session.ts';
import type { ExternalSubject } from './external-tokens.ts';
import { tenantIdOf } from './member-store.ts';
import { openSession } from './open-session.ts';
import { useOnce } from './use-once.ts';

type KnownSubject = ExternalSubject & { subject: string };

/**
 * Trades a token of a configured issuer for a session here (RFC 8693). A signed token is good for one exchange. Throws
 * `INVALID_CREDENTIALS` (not believed, or used before), `BAD_INPUT` (it names no subject), `ISSUER_UNAVAILABLE`,
 * `REGISTRATION_CLOSED`, `EMAIL_TAKEN`, `ACCOUNT_INACTIVE`, `NOT_FOUND` (a tenant the user is not in).
 */
export async function exchange(ctx: RequestContext, input: ExchangeInput): Promise<AuthResult> {
  const subject = withSubject(await believed(ctx, input.subjectToken, input.issuer));
  const act = await actorOf(ctx, subject, input.actorToken);
  const grant = await withSystemTransaction(
    ctx,
    async (tx) => await admit(tx, ctx, { subject, act, tenantId: input.tenantId }),
  );
  return await authResult(ctx, grant);
}

async function believed(ctx: RequestContext, token: string, issuer?: string): Promise<ExternalSubject> {
  try {
    return await ctx.externalTokens.read(token, issuer);
  } catch (cause) {
    if (cause instanceof IssuerDownError) {
      ctx.log.warn({ err: cause }, 'an identity issuer is down');
      throw new AppError('ISSUER_UNAVAILABLE', {
        message: 'Whoever issued this token cannot be asked about it right now. Try again in a moment.',
        cause,
      });
    }
    throw refused(cause);
  }
}

function refused(cause?: unknown): AppError {
  return new AppError('INVALID_CREDENTIALS', {
    message: 'The external token is not valid here, has ended or was used before. Get a new one.',
    cause,
  });
}

function withSubject(subject: ExternalSubject): KnownSubject {
  if (subject.subject !== null) return { ...subject, subject: subject.subject };
  throw new AppError('BAD_INPUT', { message: 'The issuer does not say whom the token is about (`sub`).' });
}

/** Who acts from now on: whoever the actor token is about, in the name of those who did already. */
async function actorOf(
  ctx: RequestContext,
  subject: KnownSubject,
  token: string | undefined,
): Promise<Actor | undefined> {
  if (token === undefined) return subject.act;
  const actor = withSubject(await believed(ctx, token));
  if (actor.once === null) throw refused();
  const iss = actor.issuer.issuer;
  const { mayAct } = subject;
  if (mayAct !== null && (mayAct.sub !== actor.subject || (mayAct.iss ?? iss) !== iss)) throw refused();
  const act = actorSchema.safeParse({ iss, sub: actor.subject, act: subject.act });
  if (!act.success) throw refused(act.error);
  return act.data;
}

async function admit(
  tx: Tx,
  ctx: RequestContext,
  {
    subject,
    act,
    tenantId: asked,
  }: { subject: KnownSubject; act?: Actor | undefined; tenantId?: string | undefined },
): Promise<SessionGrant> {
  const { issuer, once } = subject;
  const isFresh =
    once === null ||
    (await useOnce(tx.db, { name: ['external', issuer.issuer, once.id], expiresAt: once.expiresAt }));
  if (!isFresh) throw refused();
  const home = await tenantIdOf(tx.db, issuer.tenant ?? 'default');
  if (home === undefined) throw notFound('tenant');
  const userId = await admitExternalUser(
    tx,
    { ...subject, issuer: issuer.issuer },
    {
      mayJoin: issuer.mayJoin ?? true,
      tenantId: home,
      role: issuer.role ?? 'user',
      whenEmailTaken: 'refuse',
    },
  );
  const how = { action: 'auth.exchange', data: { issuer: issuer.issuer } };
  return await openSession(tx, ctx, { userId, tenantId: asked, act, how });
}
