/** Time that only goes forward, and calls after a while; replaceable in tests. */
export interface Timers {
  /** Milliseconds since some moment. Goes on while the process is frozen. */
  nowMs(): number;
  /** Calls once, after the delay; never when it was disposed of before. Keeps no process alive. */
  after(delayMs: number, call: () => void): Disposable;
}

export const systemTimers: Timers = {
  nowMs: () => performance.now(),
  after(delayMs, call) {
    const timer = setTimeout(call, delayMs);
    timer.unref();
    return { [Symbol.dispose]: () => clearTimeout(timer) };
  },
};
