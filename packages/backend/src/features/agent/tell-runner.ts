import type { Runner } from './runner.ts';

/** What a transaction has done to runs, for the runner to hear of after it. */
export interface RunHints {
  /** Ended, whoever executes them. */
  cancel: readonly string[];
  /** The one whose turn it is now. */
  wake: string | null;
}

export const NO_HINTS: RunHints = { cancel: [], wake: null };

/** Without it the runner finds out by itself, a little later. */
export function tellRunner(runner: Pick<Runner, 'cancel' | 'wake'>, { cancel, wake }: RunHints): void {
  for (const runId of cancel) runner.cancel(runId);
  if (wake !== null) runner.wake(wake);
}
