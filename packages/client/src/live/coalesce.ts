/** About one frame of a screen. */
export const FRAME_MS = 16;

/**
 * Runs `work` at once, but at most every `intervalMs`: calls in between share one run at the end of the interval.
 * A replay of a thousand events is a handful of renderings, not a thousand.
 */
export function coalesce(
  work: () => void,
  intervalMs: number,
): { soon: () => void; now: () => void; cancel: () => void } {
  let timer: ReturnType<typeof setTimeout> | null = null;
  let isDirty = false;
  const close = () => {
    timer = null;
    if (isDirty) now();
  };
  const now = () => {
    isDirty = false;
    work();
    timer ??= setTimeout(close, intervalMs);
  };
  return {
    now,
    soon() {
      if (timer === null) now();
      else isDirty = true;
    },
    cancel() {
      if (timer !== null) clearTimeout(timer);
      timer = null;
      isDirty = false;
    },
  };
}
