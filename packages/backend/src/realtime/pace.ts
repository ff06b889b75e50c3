/**
 * A line in which one goes on each time the event loop comes round: what thousands want at the same moment does not keep
 * everybody else waiting until all of it is done. Whoever comes alone goes on at once.
 */
export interface Pace {
  next(): Promise<void>;
}

export function createPace(): Pace {
  const waiting: (() => void)[] = [];
  let isTaken = false;
  const step = (): void => {
    const goOn = waiting.shift();
    isTaken = goOn !== undefined;
    if (goOn === undefined) return;
    setImmediate(step);
    goOn();
  };
  return {
    async next() {
      if (isTaken) {
        await new Promise<void>((resolve) => waiting.push(resolve));
        return;
      }
      isTaken = true;
      setImmediate(step);
    },
  };
}
