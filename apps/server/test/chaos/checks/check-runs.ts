import type { DatabaseDump } from '@aura/backend/testing';
import { eventsOfType } from './events-of-type.ts';

/** Every run has ended, once, by its last event; nobody wrote under a claim once there was a later one. */
export function checkRuns(dump: DatabaseDump): string[] {
  const done = Map.groupBy(eventsOfType(dump, 'done'), ({ runId }) => runId);
  const events = Map.groupBy(dump.events, ({ runId }) => runId);
  return dump.runs.flatMap((run) => {
    const violations: string[] = [];
    const violated = (what: string): void => void violations.push(`run ${run.id} ${what}`);
    const ends = done.get(run.id) ?? [];
    const own = events.get(run.id) ?? [];
    if (ends.length !== 1) violated(`has ${ends.length} ends`);
    if (ends[0]?.data.status !== run.status) violated(`is ${run.status} but said ${ends[0]?.data.status}`);
    if (own.at(-1)?.type !== 'done') violated(`said ${own.at(-1)?.type} after its end`);
    if (run.error?.code === 'internal') violated('failed with an internal error');
    let highest = 0;
    for (const { fence, seq } of own) {
      if (fence === null) continue;
      if (fence < highest) violated(`has an event (seq ${seq}) of the claim ${fence} after ${highest}`);
      highest = Math.max(highest, fence);
    }
    return violations;
  });
}
