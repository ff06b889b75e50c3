import type { RunState } from '@aura/contract';
import { useEffect } from 'react';
import type { RoomPlace } from './use-room-panel.ts';

/** Opens the thread of the run that the address names; a run of the room itself stands at the end of its list anyway. */
export function useRunInAddress(
  { runId, arriveAtRun }: RoomPlace,
  runs: Readonly<Record<string, RunState>>,
): void {
  const threadOf = runId === null ? undefined : runs[runId]?.threadOf;
  useEffect(() => {
    if (runId !== null) arriveAtRun(threadOf);
  }, [runId, threadOf, arriveAtRun]);
}
