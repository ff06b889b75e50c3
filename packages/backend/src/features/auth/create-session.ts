import type { AuthResult, IdentityView } from '@aura/contract';
import { randomUUID } from 'node:crypto';
import type { RequestContext } from '../../context.ts';
import { storableText } from '../../db/json-text.ts';
import type { Tx } from '../../db/transaction.ts';
import type { Actor } from './actor.ts';
import { readIdentity } from './read-identity.ts';
import { insertSession } from './session-store.ts';

/** A session as stored; `authResult` makes the tokens for it once the transaction has committed. */
export interface SessionGrant {
  identity: IdentityView;
  refreshToken: string;
  refreshExpiresAt: Date;
  /** Who acts in the user's name, when it is not the user. */
  act?: Actor | undefined;
}

const MAX_USER_AGENT_CHARS = 300;

interface SessionOwner {
  userId: string;
  tenantId: string;
  expiresAt?: Date | null;
  act?: Actor | undefined;
}

/**
 * Starts a session of a member; call it with the member locked. `expiresAt` is the end of the session it replaces, so
 * that nobody prolongs a session for ever by switching tenants.
 */
export async function createSession(
  tx: Tx,
  ctx: Pick<RequestContext, 'refreshTokens' | 'request'>,
  { userId, tenantId, expiresAt = null, act }: SessionOwner,
): Promise<SessionGrant> {
  const id = randomUUID();
  const refreshToken = ctx.refreshTokens.issue({ sessionId: id, generation: 1 });
  const { userAgent, address } = ctx.request;
  const { endsAt } = await insertSession(tx.db, {
    id,
    tenantId,
    userId,
    expiresAt,
    refreshHash: ctx.refreshTokens.hash(refreshToken),
    userAgent: userAgent === null ? null : storableText(userAgent.slice(0, MAX_USER_AGENT_CHARS)),
    address,
    act,
  });
  const identity = await readIdentity(tx, { id, userId, tenantId });
  if (identity === undefined) throw new Error('the user of a new session is not a member');
  return { identity, refreshToken, refreshExpiresAt: endsAt, act };
}

/**
 * The pair of tokens for a stored session; in cookie mode the refresh token goes into the cookie alone. Not inside a
 * transaction: signing waits for a thread.
 */
export async function authResult(
  { accessTokens, refreshCookie }: Pick<RequestContext, 'accessTokens' | 'refreshCookie'>,
  grant: SessionGrant,
): Promise<AuthResult> {
  const { identity, refreshToken, refreshExpiresAt, act } = grant;
  const { user, tenantId, role, sessionId } = identity;
  const { email } = user;
  const access = await accessTokens.issue({ userId: user.id, tenantId, role, sessionId, email, act });
  refreshCookie?.write(refreshToken, refreshExpiresAt);
  return {
    accessToken: access.token,
    accessExpiresAt: access.expiresAt.toISOString(),
    refreshToken: refreshCookie === undefined ? refreshToken : null,
    refreshExpiresAt: refreshExpiresAt.toISOString(),
    identity,
  };
}
