import { setTimeout as sleep } from 'node:timers/promises';

/** The time of day and waiting, replaceable in tests. Leases and expiries use the database's clock instead. */
export interface Clock {
  now(): Date;
  /** Resolves after `ms`; rejects with the signal's reason when it aborts first. */
  pause(ms: number, signal: AbortSignal): Promise<void>;
}

export const systemClock: Clock = {
  now: () => new Date(),
  async pause(ms, signal) {
    await sleep(ms, undefined, { signal }).catch((err: unknown) => {
      signal.throwIfAborted();
      throw err;
    });
  },
};
