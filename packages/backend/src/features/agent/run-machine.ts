import type { RunStatus } from '@aura/contract';

/**
 * The states of a run, and the only ways between them.
 *
 *   queued ──claim──▶ running ──complete──▶ completed
 *     ▲ ▲               │ │ ▲ ├──────fail───────▶ failed
 *     │ └───release─────┘ │ │ └──────cancel─────▶ cancelled
 *     │                   │ └─claim─ (the lease ran out)
 *     └──decide── waiting ◀─wait
 *
 * A queued or waiting run can also be cancelled, and fail (its budget is spent before it begins).
 *
 * Invariants, each kept by the database:
 * - A claim raises `fence`. Whoever writes for a run gives the fence it claimed; a lower one writes nothing.
 * - The transaction that ends a run also appends `done`, so a run has exactly one, and it is its last event.
 * - At most one run of a conversation is running or waiting (partial unique index): the one its `active_run_id` names.
 *   Those queued behind it are claimed when it has ended and that name is theirs.
 * - A running run has a lease on the database's clock. Once it has run out, the owner is taken to be dead and the run is
 *   claimed anew. A waiting run has no lease, no owner and costs nothing.
 * - Waiting is entered and left under the lock of the run, so a decision either finds it waiting or is found by its owner.
 */
export type RunTransition = 'claim' | 'release' | 'wait' | 'decide' | 'complete' | 'fail' | 'cancel';

const TRANSITIONS: Record<RunStatus, Partial<Record<RunTransition, RunStatus>>> = {
  queued: { claim: 'running', fail: 'failed', cancel: 'cancelled' },
  running: {
    claim: 'running',
    release: 'queued',
    wait: 'waiting',
    decide: 'running',
    complete: 'completed',
    fail: 'failed',
    cancel: 'cancelled',
  },
  waiting: { decide: 'queued', fail: 'failed', cancel: 'cancelled' },
  completed: {},
  failed: {},
  cancelled: {},
};

/** The state after a transition, or null when the run is in a state that does not know it. */
export function transition(status: RunStatus, by: RunTransition): RunStatus | null {
  return TRANSITIONS[status][by] ?? null;
}
