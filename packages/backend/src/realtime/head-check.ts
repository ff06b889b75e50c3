import type { Bus } from './bus.ts';

/** While the bus is down it is checked so many times as often. */
const TICKS_PER_CHECK = 5;

/**
 * Calls `check` again and again, so that what was lost on the bus is found: every `everyMs`, more often while the bus is
 * down, and at once after it was. One call at a time; what a gap asks for while one is under way needs another one after
 * it. Disposed of, it waits for the one under way. `check` must not reject.
 */
export function createHeadCheck({
  bus,
  everyMs,
  check,
}: {
  bus: Pick<Bus, 'isDown' | 'onGap'>;
  everyMs: number;
  check(): Promise<void>;
}): AsyncDisposable {
  let checking: Promise<void> | null = null;
  let mustCheckAgain = false;
  const checkAll = async (): Promise<void> => {
    do {
      mustCheckAgain = false;
      await check();
    } while (mustCheckAgain);
    checking = null;
  };
  const checkSoon = (): void => {
    checking ??= checkAll();
  };
  let ticks = 0;
  const timer = setInterval(() => {
    ticks++;
    if (bus.isDown || ticks % TICKS_PER_CHECK === 0) checkSoon();
  }, everyMs / TICKS_PER_CHECK);
  timer.unref();
  const gap = bus.onGap(() => {
    mustCheckAgain = checking !== null;
    checkSoon();
  });
  return {
    async [Symbol.asyncDispose]() {
      clearInterval(timer);
      gap[Symbol.dispose]();
      await checking;
    },
  };
}
