import { identityKey } from '../session/stored-session.ts';
import type { SessionState } from '../session/session-state.ts';

/** Names who is signed in and where, or null. */
export function identityKeyOf(session: SessionState): string | null {
  return session.status === 'signedIn' ? identityKey(session.identity) : null;
}
