import type { RunState } from '@aura/contract';
import { useState } from 'react';
import { isActive } from './run-phase.ts';

/**
 * Whether the run failed and has not moved since: another attempt is on its way. The error stays in the state
 * until the run ends, so it is over as soon as anything comes after it.
 */
export function useIsRetrying(run: RunState): boolean {
  const [failure, setFailure] = useState({ error: run.error, items: run.items });
  if (failure.error !== run.error) setFailure({ error: run.error, items: run.items });
  return isActive(run) && run.error !== null && failure.items === run.items;
}
