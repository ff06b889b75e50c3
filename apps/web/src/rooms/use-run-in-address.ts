import type { RunState } from '@aura/contract';
import { useEffect } from 'react';
import { useSearchParams } from 'react-router';

/** Opens the thread of the run that the address names; a run of the room itself stands at the end of its list anyway. */
export function useRunInAddress(runs: Readonly<Record<string, RunState>>): void {
  const [params, setParams] = useSearchParams();
  const runId = params.get('run');
  const threadOf = runId === null ? undefined : runs[runId]?.threadOf;
  useEffect(() => {
    if (runId === null) return;
    setParams(
      (old) => {
        const next = new URLSearchParams(old);
        next.delete('run');
        if (threadOf !== undefined) next.set('thread', threadOf);
        return next;
      },
      { replace: true },
    );
  }, [runId, threadOf, setParams]);
}
