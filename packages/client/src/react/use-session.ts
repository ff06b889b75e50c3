import { useMemo } from 'react';
import { identityKeyOf } from '../live/identity-key-of.ts';
import type { SessionActions } from '../session/session-actions.ts';
import type { SessionState } from '../session/session-state.ts';
import { useAura } from './aura-provider.ts';
import { useStore } from './use-store.ts';

/** Who is signed in, and how to change that. Switch on `status`. */
export function useSession(): SessionState & Pick<SessionActions, 'signIn' | 'register' | 'signOut'> {
  const client = useAura();
  const state = useStore(client.session);
  return useMemo(() => {
    const { signIn, register, signOut } = client;
    return { ...state, signIn, register, signOut };
  }, [client, state]);
}

/** Changes whenever what was loaded must not be shown any more; null while nobody is signed in. */
export function useIdentityKey(): string | null {
  return identityKeyOf(useStore(useAura().session));
}

/** Who looks at the page; null while nobody is signed in. */
export function useUserId(): string | null {
  const session = useStore(useAura().session);
  return session.status === 'signedIn' ? session.identity.user.id : null;
}
