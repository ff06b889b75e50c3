import type { IdentityView } from '@aura/contract';
import type { ReadableStore } from '../store.ts';
import type { StoredSession } from './stored-session.ts';
import type { SignOutReason } from './tab-channel.ts';

/**
 * `loading`: the storage has not answered yet. `signedOut` without a reason: never signed in, or the user signed
 * out. `revoked`: ended from elsewhere (another device, an administrator, theft detection). `expired`: unused for
 * too long.
 */
export type SessionState =
  | { status: 'loading' }
  | { status: 'signedOut'; reason?: SignOutReason }
  | { status: 'signedIn'; identity: IdentityView };

export type SessionStore = ReadableStore<SessionState>;

export function toSessionState(
  session: StoredSession | null,
  reason: SignOutReason | undefined,
): SessionState {
  if (session === null) return { status: 'signedOut', ...(reason === undefined ? {} : { reason }) };
  return session.identity === null
    ? { status: 'loading' }
    : { status: 'signedIn', identity: session.identity };
}

/** True when `next` tells a reader nothing that `old` did not; a reason that is known stays. */
export function isSameSessionState(old: SessionState, next: SessionState): boolean {
  if (old.status === 'signedOut' && next.status === 'signedOut') {
    return next.reason === undefined || next.reason === old.reason;
  }
  return JSON.stringify(old) === JSON.stringify(next);
}
