import type { RoomEvent } from './room-events.ts';
import type { RunEvent } from './run-events.ts';
import { applyRunEvent, newRunState, type RunItem, type RunState } from './run-state.ts';

/** Runs by id. */
export type RunStates = Record<string, RunState>;

/**
 * The runs that go with a list of a room's messages after one more event. Pure. With the room's own messages go its own
 * runs and, for as long as they are active, those in threads, so that everybody sees that something is going on there;
 * with the replies of a thread go the thread's.
 */
export function applyToRoomRuns(
  runs: RunStates,
  event: RoomEvent,
  { threadOf }: { threadOf: string | null },
): RunStates {
  switch (event.type) {
    case 'run_created': {
      const { run } = event.data;
      const isShown = threadOf === null || run.threadOf === threadOf;
      return isShown ? { ...runs, [run.id]: newRunState(run) } : runs;
    }
    case 'message_deleted':
      return withoutWords(runs, event.data.messageId);
    case 'done': {
      const run = runOf(runs, event);
      return threadOf === null && run?.threadOf !== undefined ? without(runs, run) : withEvent(runs, event);
    }
    case 'run_started':
    case 'thought':
    case 'plan_step':
    case 'plan_step_update':
    case 'tool_execution':
    case 'hitl':
    case 'hitl_resolved':
    case 'run_waiting':
    case 'content_delta':
    case 'content':
    case 'timeline_step_update':
    case 'error':
      return withEvent(runs, event);
    case 'room_created':
    case 'room_updated':
    case 'member_joined':
    case 'member_updated':
    case 'member_left':
    case 'message_posted':
    case 'message_edited':
    case 'message_pinned':
    case 'message_unpinned':
    case 'reaction_added':
    case 'reaction_removed':
      return runs;
  }
}

const runOf = (runs: RunStates, { runId }: RunEvent): RunState | undefined =>
  runId === null ? undefined : runs[runId];

function without(runs: RunStates, run: RunState): RunStates {
  return Object.fromEntries(Object.entries(runs).filter(([id]) => id !== run.id));
}

/** An answer that was deleted says nothing where its run is shown either; what the run did stays. */
function withoutWords(runs: RunStates, messageId: string): RunStates {
  const isOf = (item: RunItem): boolean => item.kind === 'text' && item.messageId === messageId;
  const run = Object.values(runs).find(({ items }) => items.some(isOf));
  if (run === undefined) return runs;
  const items = run.items.map((item) => (item.kind === 'text' && isOf(item) ? { ...item, text: '' } : item));
  return { ...runs, [run.id]: { ...run, items } };
}

function withEvent(runs: RunStates, event: RunEvent): RunStates {
  const run = runOf(runs, event);
  return run === undefined ? runs : { ...runs, [run.id]: applyRunEvent(run, event) };
}
