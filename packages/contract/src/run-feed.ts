import type { RunEvent } from './run-events.ts';
import { applyRunEvent, type RunState } from './run-state.ts';

/** What `agent.events` yields: the run's events, or a fresh start when the cursor was of no use. */
export type RunFeedEvent = RunEvent | { type: 'reset'; seq: number; data: { state: RunState } };

/** `state` with one more event of the feed; `reset` replaces everything. */
export function applyRunFeedEvent(state: RunState, event: RunFeedEvent): RunState {
  return event.type === 'reset' ? event.data.state : applyRunEvent(state, event);
}
