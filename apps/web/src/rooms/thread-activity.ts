import type { RunState } from '@aura/contract';
import { isActive } from '../conversation/run-phase.ts';

/** What goes on in a thread that whoever does not look into it should know of. The first concerns people most. */
export const THREAD_ACTIVITIES = ['approval', 'question', 'working'] as const;
export type ThreadActivity = (typeof THREAD_ACTIVITIES)[number];

/** Of each thread that the agent is at work in, by its message. */
export function threadActivities(
  runs: Readonly<Record<string, RunState>>,
): ReadonlyMap<string, ThreadActivity> {
  const found = new Map<string, ThreadActivity>();
  for (const run of Object.values(runs)) {
    if (run.threadOf === undefined || !isActive(run)) continue;
    const known = found.get(run.threadOf);
    const activity = activityOf(run);
    const first = THREAD_ACTIVITIES.find((one) => one === known || one === activity);
    if (first !== undefined) found.set(run.threadOf, first);
  }
  return found;
}

function activityOf({ items }: RunState): ThreadActivity {
  const kinds = items.flatMap((item) =>
    item.kind === 'approval' && item.approval.status === 'pending' ? [item.approval.kind] : [],
  );
  if (kinds.length === 0) return 'working';
  return kinds.every((kind) => kind === 'question') ? 'question' : 'approval';
}
