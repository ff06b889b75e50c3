/**
 * A line in which a few go on each time the event loop comes round: what thousands want at the same moment does not keep
 * everybody else waiting until all of it is done. Whoever comes alone goes on at once.
 */
export interface Pace {
  next(): Promise<void>;
}

/** Fewer make the line slower by what is done for everybody else in between (`npm run resume-storm -w bench`). */
export const AT_ONCE = 4;

export function createPace(): Pace {
  const waiting: (() => void)[] = [];
  let free = AT_ONCE;
  let isCounting = false;
  const step = (): void => {
    const next = waiting.splice(0, AT_ONCE);
    free = AT_ONCE - next.length;
    isCounting = next.length > 0;
    if (isCounting) setImmediate(step);
    for (const goOn of next) goOn();
  };
  return {
    async next() {
      if (free === 0) {
        await new Promise<void>((resolve) => waiting.push(resolve));
        return;
      }
      free--;
      if (isCounting) return;
      isCounting = true;
      setImmediate(step);
    },
  };
}
