import { ACTIVE_RUN_STATUSES, type ConversationState, type RunItem, type RunState } from '@aura/contract';

/** What a run is doing that none of its items shows: null when the last item speaks for itself, or it ended. */
export type RunPhase = 'queued' | 'waiting' | 'starting' | 'working' | null;

export function isActive(run: RunState): boolean {
  return ACTIVE_RUN_STATUSES.some((status) => status === run.status);
}

/** The run whose turn it is: others may be queued behind it. */
export function activeRunOf({ conversation, runs }: ConversationState): RunState | null {
  const current = conversation.activeRunId === null ? undefined : runs[conversation.activeRunId];
  return current ?? Object.values(runs).find(isActive) ?? null;
}

/** Whether `item` is the one the run is at. */
export function isLiveItem(run: RunState, item: RunItem): boolean {
  return isActive(run) && run.items.at(-1) === item && !isOver(item);
}

export function runPhase(run: RunState): RunPhase {
  if (!isActive(run)) return null;
  if (run.status === 'queued' || run.status === 'waiting') return run.status;
  const last = run.items.at(-1);
  if (last === undefined) return 'starting';
  return isOver(last) ? 'working' : null;
}

function isOver(item: RunItem): boolean {
  switch (item.kind) {
    case 'thought':
      return false;
    case 'plan':
      return true;
    case 'tool':
      return item.status !== 'started';
    case 'approval':
      return item.approval.status !== 'pending';
    case 'text':
      return item.isFinal;
  }
}
