import type { Runner } from './runner.ts';

/** What a transaction has done to the runs of a conversation. */
export interface TurnedRuns {
  /** Ended here, whoever executes them. */
  stopped: readonly string[];
  /** The one whose turn it is now. */
  next: string | null;
}

export const NO_RUNS: TurnedRuns = { stopped: [], next: null };

/** To be called once the transaction has committed; a hint, without which the runner finds out by itself. */
export function tellRunner(runner: Pick<Runner, 'cancel' | 'wake'>, { stopped, next }: TurnedRuns): void {
  for (const runId of stopped) runner.cancel(runId);
  if (next !== null) runner.wake(next);
}
