import type { RunStatus } from '@aura/contract';

/**
 * The states of a run, and the only ways between them.
 *
 *   queued ──claim──▶ running ──complete──▶ completed
 *     │                 ├──────fail───────▶ failed
 *     │                 └──────cancel─────▶ cancelled
 *     └─────cancel / fail (never started)──▶ cancelled / failed
 *
 * Invariants, each kept by the database:
 * - A claim raises `fence`. Whoever writes for a run gives the fence it claimed; a lower one writes nothing.
 * - The transaction that leaves `running` also appends `done`, so a run has exactly one, and it is its last event.
 * - At most one run of a conversation is queued or running (partial unique index).
 * - A running run has a lease on the database's clock. Once it has run out, the owner is taken to be dead.
 */
export type RunTransition = 'claim' | 'complete' | 'fail' | 'cancel';

const TRANSITIONS: Record<RunStatus, Partial<Record<RunTransition, RunStatus>>> = {
  queued: { claim: 'running', fail: 'failed', cancel: 'cancelled' },
  running: { complete: 'completed', fail: 'failed', cancel: 'cancelled' },
  waiting: { fail: 'failed', cancel: 'cancelled' },
  completed: {},
  failed: {},
  cancelled: {},
};

/** The state after a transition, or null when the run is in a state that does not know it. */
export function transition(status: RunStatus, by: RunTransition): RunStatus | null {
  return TRANSITIONS[status][by] ?? null;
}
