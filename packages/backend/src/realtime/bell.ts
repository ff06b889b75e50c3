/** Wakes one waiter; rings that come while nobody waits are kept, as one. */
export interface Bell extends Disposable {
  ring(): void;
  /** Resolves at the next ring, when the signal aborts, or after `timeoutMs`; null: without a limit. */
  rung(timeoutMs?: number | null): Promise<void>;
}

export function createBell(signal: AbortSignal): Bell {
  let isRung = signal.aborted;
  let wake: (() => void) | null = null;
  const ring = (): void => {
    isRung = true;
    wake?.();
  };
  signal.addEventListener('abort', ring, { once: true });
  return {
    ring,
    async rung(timeoutMs = null) {
      if (!isRung) {
        const { promise, resolve } = Promise.withResolvers<void>();
        wake = resolve;
        const timer = timeoutMs === null ? null : setTimeout(resolve, timeoutMs);
        await promise;
        wake = null;
        if (timer !== null) clearTimeout(timer);
      }
      isRung = signal.aborted;
    },
    [Symbol.dispose]() {
      signal.removeEventListener('abort', ring);
    },
  };
}
