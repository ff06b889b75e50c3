import { backoffMs } from '../backoff.ts';

// What setTimeout can hold; more would fire at once.
const LONGEST_MS = 2 ** 31 - 1;
// A server that gives out tokens that are dead on arrival must not be asked without end.
const SHORTEST_MS = 1_000;

/**
 * Renews ahead of time, so that no call has to wait for it. `delayMs` says how long from now (null: nothing to
 * renew). A renewal that fails is tried again after 5 to 60 s; calls made meanwhile renew on their own.
 */
export function createRenewalTimer({
  delayMs,
  renew,
}: {
  delayMs: () => number | null;
  renew: () => Promise<void>;
}): { schedule(): void; stop(): void } {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let failures = 0;
  let isStopped = false;

  const start = (afterMs: number) => {
    clearTimeout(timer);
    if (isStopped) return;
    timer = setTimeout(run, Math.min(Math.max(afterMs, SHORTEST_MS), LONGEST_MS));
    // Node only: waiting to renew is no reason to keep the process alive.
    if (typeof timer === 'object') timer.unref();
  };
  const run = () => {
    renew().then(
      () => {
        failures = 0;
      },
      () => start(backoffMs(failures++, { baseMs: 5_000, maxMs: 60_000 })),
    );
  };
  return {
    schedule() {
      const afterMs = delayMs();
      if (afterMs === null) clearTimeout(timer);
      else start(afterMs);
    },
    stop() {
      isStopped = true;
      clearTimeout(timer);
    },
  };
}
