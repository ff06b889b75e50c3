import { ACTIVE_RUN_STATUSES, type RunItem, type RunState } from '@aura/contract';

/** What a run is doing that none of its items shows: null when the last item speaks for itself, or it ended. */
export type RunPhase = 'queued' | 'starting' | 'working' | null;

export function isActive(run: RunState): boolean {
  return ACTIVE_RUN_STATUSES.some((status) => status === run.status);
}

/** Whether `item` is the one the run is at. */
export function isLiveItem(run: RunState, item: RunItem): boolean {
  return isActive(run) && run.items.at(-1) === item && !isOver(item);
}

export function runPhase(run: RunState): RunPhase {
  if (!isActive(run)) return null;
  if (run.status === 'queued') return 'queued';
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
    case 'text':
      return item.isFinal;
  }
}
