import type { Core } from '../../context.ts';

/** Repeats `work`, never twice at a time; a failure is logged and the next round tries again. Ends when disposed. */
export function repeat(ms: number, work: () => Promise<void>, { log }: Pick<Core, 'log'>): Disposable {
  let isUnderWay = false;
  const timer = setInterval(() => {
    if (isUnderWay) return;
    isUnderWay = true;
    work()
      .catch((err: unknown) => log.warn({ err }, 'a sweep over runs failed'))
      .finally(() => {
        isUnderWay = false;
      });
  }, ms);
  timer.unref();
  return { [Symbol.dispose]: () => clearInterval(timer) };
}
