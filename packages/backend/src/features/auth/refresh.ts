import type { AuthResult, RefreshInput } from '@aura/contract';
import { accountInactive, AppError, sessionRevoked } from '../../app-error.ts';
import type { RequestContext } from '../../context.ts';
import { type Tx, withSystemTransaction } from '../../db/transaction.ts';
import { writeAudit } from '../audit/write-audit.ts';
import { authResult, type SessionGrant } from './create-session.ts';
import { readIdentity } from './read-identity.ts';
import { judgeRefresh, type RefreshVerdict } from './refresh-policy.ts';
import type { RefreshClaims } from './refresh-tokens.ts';
import { endSessionRows, lockSession, rotateSession, type SessionState } from './session-store.ts';

/** Refusals are values, so that ending the family is committed before it is told. */
type Outcome =
  | { is: 'granted'; grant: SessionGrant }
  | { is: Exclude<RefreshVerdict, 'rotate' | 'resend'>; endedIds: string[] };

/**
 * Trades a refresh token (in cookie mode the cookie's, whatever the input says) for a new pair. Throws `REFRESH_INVALID`
 * (not ours, or the session is over), `REFRESH_REUSED` (used twice: the session has ended everywhere), `SESSION_REVOKED`,
 * `ACCOUNT_INACTIVE`. See refresh-policy.ts.
 */
export async function refresh(ctx: RequestContext, input: RefreshInput): Promise<AuthResult> {
  const { refreshCookie } = ctx;
  const refreshToken = refreshCookie === undefined ? input.refreshToken : refreshCookie.read();
  const claims = ctx.refreshTokens.parse(refreshToken ?? '');
  const outcome =
    claims === null ? OVER : await withSystemTransaction(ctx, async (tx) => await trade(tx, ctx, claims));
  if (outcome.is === 'granted') return await authResult(ctx, outcome.grant);
  ctx.sessionWatch.announce(outcome.endedIds);
  refreshCookie?.clear();
  throw refusal(outcome.is);
}

const OVER: Outcome = { is: 'over', endedIds: [] };

async function trade(
  tx: Tx,
  ctx: RequestContext,
  { sessionId, generation }: RefreshClaims,
): Promise<Outcome> {
  const session = await lockSession(tx.db, sessionId);
  if (session === undefined) return OVER;
  const verdict = judgeRefresh(session, generation);
  switch (verdict) {
    case 'rotate':
      return await grant(tx, ctx, { session, generation: generation + 1 });
    case 'resend':
      return await grant(tx, ctx, { session, generation: session.generation });
    case 'reused':
      return { is: verdict, endedIds: await endFamily(tx, ctx, { session, generation }) };
    case 'revoked':
    case 'over':
    case 'inactive':
      return { is: verdict, endedIds: [] };
  }
}

async function grant(
  tx: Tx,
  ctx: RequestContext,
  next: { session: SessionState; generation: number },
): Promise<Outcome> {
  const { session, generation } = next;
  const identity = await readIdentity(tx, session);
  if (identity === undefined) return OVER;
  const claims = { sessionId: session.id, generation };
  const { act } = session;
  if (generation === session.generation) {
    const refreshToken = ctx.refreshTokens.reissue(claims, session.refreshHash);
    if (refreshToken === null) return OVER;
    return { is: 'granted', grant: { identity, refreshToken, refreshExpiresAt: session.endsAt, act } };
  }
  const refreshToken = ctx.refreshTokens.issue(claims);
  const refreshHash = ctx.refreshTokens.hash(refreshToken);
  const { endsAt } = await rotateSession(tx.db, session.id, { generation, refreshHash });
  return { is: 'granted', grant: { identity, refreshToken, refreshExpiresAt: endsAt, act } };
}

async function endFamily(
  tx: Tx,
  ctx: RequestContext,
  { session, generation }: { session: SessionState; generation: number },
): Promise<string[]> {
  const endedIds = await endSessionRows(tx.db, { userId: session.userId, id: session.id }, 'reused');
  if (endedIds.length > 0) {
    await writeAudit(
      tx,
      { caller: session, request: ctx.request },
      {
        action: 'auth.refresh_reused',
        subject: session.id,
        data: { generation, currentGeneration: session.generation },
      },
    );
  }
  return endedIds;
}

function refusal(verdict: Exclude<Outcome['is'], 'granted'>): AppError {
  switch (verdict) {
    case 'over':
      return new AppError('REFRESH_INVALID', { message: 'This session is over. Sign in again.' });
    case 'reused':
      return new AppError('REFRESH_REUSED', {
        message:
          'A refresh token of this session was used twice, so the session was ended everywhere. Sign in again, and change the password if you do not know why.',
      });
    case 'revoked':
      return sessionRevoked();
    case 'inactive':
      return accountInactive();
  }
}
