/** Wakes one waiter; rings that come while nobody waits are kept, as one. */
export interface Bell {
  ring(): void;
  /** Resolves at the next ring, or when the signal aborts. */
  rung(): Promise<void>;
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
    async rung() {
      if (!isRung) {
        const { promise, resolve } = Promise.withResolvers<void>();
        wake = resolve;
        await promise;
        wake = null;
      }
      isRung = signal.aborted;
    },
  };
}
