import type { RunState } from '@aura/contract';
import type { AuraError } from '../aura-error.ts';
import type { AuraClient } from '../create-aura-client.ts';
import { createStore, type ReadableStore } from '../store.ts';
import { REPEATABLE } from '../transport/is-repeatable.ts';
import { coalesce, FRAME_MS } from './coalesce.ts';
import { identityKeyOf } from './identity-key-of.ts';
import { type LiveStatus, toLiveStatus } from './live-status.ts';
import type { Running } from './share.ts';

export interface RunSnapshot {
  status: LiveStatus;
  /** Why the status is `error`; beside another status, what went wrong last and is being tried again. */
  error: AuraError | null;
  state: RunState | null;
}

export interface SharedRun extends ReadableStore<RunSnapshot> {
  /** Ends the run, also one that waits for a person. Rejects with an AuraError. */
  stop: () => Promise<void>;
}

const BLANK: RunSnapshot = { status: 'loading', error: null, state: null };

/** A run that is followed from `begin` to `end`. */
export function createSharedRun({
  client,
  runId,
}: {
  client: AuraClient;
  runId: string;
}): SharedRun & Running<RunSnapshot> {
  const store = createStore<RunSnapshot>(BLANK);
  let latest = BLANK;
  let identity = identityKeyOf(client.session.get());
  let following: AbortController | null = null;
  let stopWatching: (() => void) | null = null;
  const { soon, now, cancel } = coalesce(() => store.set(latest), FRAME_MS);

  /** Nothing of one identity may show under another. True when there was a change. */
  const forgetOthers = (): boolean => {
    const next = identityKeyOf(client.session.get());
    if (next === identity) return false;
    identity = next;
    latest = BLANK;
    return true;
  };
  const follow = () => {
    following?.abort();
    following = new AbortController();
    void client.followRun(runId, {
      signal: following.signal,
      onState(state) {
        latest = { status: 'ready', error: null, state };
        soon();
      },
      onStatus(status) {
        latest = { ...latest, ...toLiveStatus(status, latest.status) };
        soon();
      },
    });
  };
  return {
    get: store.get,
    subscribe: store.subscribe,
    begin() {
      forgetOthers();
      stopWatching = client.session.subscribe(() => {
        if (!forgetOthers()) return;
        follow();
        now();
      });
      follow();
    },
    isDisposable: () => true,
    end() {
      stopWatching?.();
      following?.abort();
      following = null;
      cancel();
    },
    async stop() {
      await client.agent.stop.mutate({ runId }, REPEATABLE);
    },
  };
}
