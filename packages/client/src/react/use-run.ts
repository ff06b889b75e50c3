import { useMemo } from 'react';
import type { ConnectionState } from '../connection-state.ts';
import { livesOf } from '../live/lives.ts';
import type { RunSnapshot } from '../live/shared-run.ts';
import { useAura } from './aura-provider.ts';
import { useConnection } from './use-connection.ts';
import { type DecisionsHandle, useDecisions } from './use-decisions.ts';
import { useStore } from './use-store.ts';

export interface LiveRun extends RunSnapshot, DecisionsHandle {
  connection: ConnectionState;
  /** Ends the run, also one that waits for a person. Rejects with an AuraError. */
  stop: () => Promise<void>;
}

/** One run, kept current until it has ended, and how to decide what it waits for. All views of it share a subscription. */
export function useRun(runId: string): LiveRun {
  const client = useAura();
  const shared = useMemo(() => livesOf(client).run(runId), [client, runId]);
  const snapshot = useStore(shared);
  const connection = useConnection();
  const deciding = useDecisions();
  return useMemo(
    () => ({ ...snapshot, ...deciding, connection, stop: shared.stop }),
    [shared, snapshot, deciding, connection],
  );
}
