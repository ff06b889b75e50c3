/**
 * How long to wait before attempt `index` (0 is the first repeat), in ms: doubles from `baseMs` up to
 * `maxMs`, and the upper half of it is random so that clients that failed together do not return together.
 */
export function backoffMs(
  index: number,
  { baseMs = 250, maxMs = 10_000 }: { baseMs?: number; maxMs?: number } = {},
): number {
  const ceiling = Math.min(maxMs, baseMs * 2 ** Math.min(index, 20));
  return ceiling / 2 + Math.random() * (ceiling / 2);
}

/** Resolves after `delayMs`, or at once when `signal` aborts; never rejects. */
export function pause(delayMs: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) {
      resolve();
      return;
    }
    const finish = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', finish);
      resolve();
    };
    const timer = setTimeout(finish, delayMs);
    signal.addEventListener('abort', finish);
  });
}
