import type { AuthResult } from '@aura/contract';
import { type AuraErrorCode, toAuraError } from '../aura-error.ts';
import type { SessionVault } from './session-vault.ts';
import { type StoredSession, toStoredSession } from './stored-session.ts';
import type { SignOutReason } from './tab-channel.ts';

export interface RenewOptions {
  vault: SessionVault;
  /** Asks the server for the next pair of tokens. */
  refresh: (refreshToken: string) => Promise<AuthResult>;
  now: () => number;
  /** True for a session whose access token is worth using: then somebody else has renewed it already. */
  isUsable: (session: StoredSession) => boolean;
}

/** How a renewal ended. `theirs`: what another tab or call has put in place meanwhile, signed out included. */
export type Renewal =
  | { outcome: 'renewed'; session: StoredSession }
  | { outcome: 'theirs'; session: StoredSession | null }
  | { outcome: 'ended'; reason: SignOutReason };

/**
 * One rotation, to be run with the session's lock held. The storage is read inside the lock, since another tab may
 * have rotated while this one waited, and again before every verdict: a sign-out, sign-in or (without a lock)
 * rotation that happened during the call wins over its result.
 * Throws what kept it from an answer (NETWORK, UNAVAILABLE, …): the session stays, a later try may work.
 */
export async function renewSession({ vault, refresh, now, isUsable }: RenewOptions): Promise<Renewal> {
  const stored = await vault.read();
  if (stored === null || isUsable(stored)) return { outcome: 'theirs', session: stored };

  const wasReplaced = async (): Promise<Renewal | null> => {
    const latest = await vault.read();
    return latest?.refreshToken === stored.refreshToken ? null : { outcome: 'theirs', session: latest };
  };
  const sentAt = now();
  let result: AuthResult;
  try {
    result = await refresh(stored.refreshToken);
  } catch (err) {
    const reason = signOutReason(toAuraError(err).code);
    if (reason === null) throw err;
    return (await wasReplaced()) ?? { outcome: 'ended', reason };
  }
  const replaced = await wasReplaced();
  if (replaced !== null) return replaced;
  const session = toStoredSession(result, sentAt);
  await vault.write(session);
  return { outcome: 'renewed', session };
}

/** The answers that mean the session is over. Every other error leaves it standing. */
const SIGN_OUT_REASONS: Partial<Record<AuraErrorCode, SignOutReason>> = {
  REFRESH_INVALID: 'expired',
  REFRESH_REUSED: 'revoked',
  SESSION_REVOKED: 'revoked',
  ACCOUNT_INACTIVE: 'revoked',
};

function signOutReason(code: AuraErrorCode): SignOutReason | null {
  return SIGN_OUT_REASONS[code] ?? null;
}
