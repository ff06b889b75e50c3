import type { RunState } from '@aura/contract';
import type { AuraClient } from '../create-aura-client.ts';
import { createStore, type ReadableStore } from '../store.ts';
import { REPEATABLE } from '../transport/is-repeatable.ts';
import { coalesce, FRAME_MS } from './coalesce.ts';
import { createFollower, type Followed } from './follower.ts';
import type { Running } from './share.ts';

export type RunSnapshot = Followed<RunState>;

export interface SharedRun extends ReadableStore<RunSnapshot> {
  /** Ends the run, also one that waits for a person. Rejects with an AuraError. */
  stop: () => Promise<void>;
}

/** A run that is followed from `begin` to `end`. */
export function createSharedRun({
  client,
  runId,
}: {
  client: AuraClient;
  runId: string;
}): SharedRun & Running<RunSnapshot> {
  const follower = createFollower<RunState>({
    client,
    follow: (options) => client.followRun(runId, options),
    onForget: () => now(),
    onChange: () => soon(),
  });
  const store = createStore<RunSnapshot>(follower.get());
  const { soon, now, cancel } = coalesce(() => store.set(follower.get()), FRAME_MS);
  return {
    get: store.get,
    subscribe: store.subscribe,
    begin: follower.begin,
    isDisposable: () => true,
    end() {
      follower.end();
      cancel();
    },
    async stop() {
      await client.agent.stop.mutate({ runId }, REPEATABLE);
    },
  };
}
