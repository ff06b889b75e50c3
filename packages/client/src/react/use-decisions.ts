import { useMemo } from 'react';
import type { DecisionActions, DecisionsById } from '../live/decisions.ts';
import { livesOf } from '../live/lives.ts';
import { useAura } from './aura-provider.ts';
import { useIdentityKey } from './use-session.ts';
import { useStore } from './use-store.ts';

export interface DecisionsHandle extends DecisionActions {
  /** What is on its way or failed, by approval id; the same for all views. */
  decisions: DecisionsById;
}

/** How to decide what a person is asked. The actions keep their identity as long as the same user acts. */
export function useDecisions(): DecisionsHandle {
  const client = useAura();
  const identityKey = useIdentityKey() ?? '';
  const shared = useMemo(() => livesOf(client).decisions(identityKey), [client, identityKey]);
  const decisions = useStore(shared);
  return useMemo(() => {
    const { approve, reject, respond, delegate, dismiss } = shared;
    return { decisions, approve, reject, respond, delegate, dismiss };
  }, [shared, decisions]);
}
