import type { FinishOAuthInput, FinishOAuthOutput } from '@aura/contract';
import { AppError, notFound } from '../../app-error.ts';
import type { RequestContext } from '../../context.ts';
import { type Tx, withSystemTransaction } from '../../db/transaction.ts';
import { IssuerDownError } from '../../ports/issuer-fetch.ts';
import type { OAuthProfile, OAuthProvider } from '../../ports/oauth-provider.ts';
import { admitExternalUser } from './admit-external-user.ts';
import { authResult } from './create-session.ts';
import { insertIdentity, userOfIdentity } from './external-identity-store.ts';
import { defaultTenantId } from './member-store.ts';
import type { OAuthStates } from './oauth-states.ts';
import { openSession } from './open-session.ts';
import { useOnce } from './use-once.ts';

type Intent = NonNullable<ReturnType<OAuthStates['open']>>;

/**
 * Signs in whoever the provider says has signed in there, once for each start. People are known by provider and subject,
 * never by e-mail. Throws `NOT_FOUND` (the provider), `INVALID_CREDENTIALS` (not begun in this browser, too old, finished
 * before, or refused by the provider), `ISSUER_UNAVAILABLE`, `REGISTRATION_CLOSED`, `EMAIL_TAKEN`, `CONFLICT` (the identity
 * is linked to another user), `ACCOUNT_INACTIVE`.
 */
export async function finishOAuth(ctx: RequestContext, input: FinishOAuthInput): Promise<FinishOAuthOutput> {
  const provider = ctx.oauthProviders.get(input.provider);
  if (provider === undefined) throw notFound('sign-in provider');
  const intent = ctx.oauthStates.open(input.state, input.binding);
  if (intent === null || intent.provider !== input.provider || input.code === undefined) throw refused();
  const isFirst = await withSystemTransaction(
    ctx,
    async ({ db }) => await useOnce(db, { name: ['oauth', intent.nonce], expiresAt: intent.expiresAt }),
  );
  if (!isFirst) throw refused();
  const profile = await profileOf(ctx, provider, { code: input.code, verifier: intent.verifier });
  const grant = await withSystemTransaction(ctx, async (tx) => {
    const userId = await userOf(tx, ctx, { intent, provider, profile });
    const how = { action: 'auth.oauth', data: { issuer: provider.issuer, isLink: intent.linkTo !== null } };
    return await openSession(tx, ctx, { userId, how });
  });
  return { ...(await authResult(ctx, grant)), returnTo: intent.returnTo };
}

async function profileOf(
  ctx: RequestContext,
  provider: OAuthProvider,
  grant: { code: string; verifier: string },
): Promise<OAuthProfile> {
  try {
    return await provider.profile(grant);
  } catch (cause) {
    if (!(cause instanceof IssuerDownError)) throw refused(cause);
    ctx.log.warn({ err: cause }, 'a sign-in provider is down');
    throw new AppError('ISSUER_UNAVAILABLE', {
      message: 'The sign-in provider does not answer right now. Start again in a moment.',
      cause,
    });
  }
}

async function userOf(
  tx: Tx,
  ctx: RequestContext,
  { intent, provider, profile }: { intent: Intent; provider: OAuthProvider; profile: OAuthProfile },
): Promise<string> {
  const identity = { issuer: provider.issuer, subject: profile.subject };
  const { linkTo } = intent;
  if (linkTo === null) {
    const tenantId = await defaultTenantId(tx.db);
    const mayJoin = ctx.config.isRegistrationOpen;
    return await admitExternalUser(
      tx,
      { ...profile, ...identity },
      { mayJoin, tenantId, role: 'user', whenEmailTaken: 'refuse' },
    );
  }
  await insertIdentity(tx.db, { ...identity, userId: linkTo });
  if ((await userOfIdentity(tx.db, identity)) === linkTo) return linkTo;
  throw new AppError('CONFLICT', {
    message: 'This identity belongs to another account here. Sign in to that one instead.',
  });
}

function refused(cause?: unknown): AppError {
  return new AppError('INVALID_CREDENTIALS', {
    message:
      'This sign-in was not begun here, took too long, was refused or is finished already. Start again.',
    cause,
  });
}
