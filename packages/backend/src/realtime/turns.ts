/** Places of which there are only so many; whoever finds none waits in line. */
export interface Turns {
  /** Resolves with a place, to be given back by disposing of it; with none when the signal aborts first. */
  take(signal: AbortSignal): Promise<Disposable>;
}

const NO_PLACE: Disposable = { [Symbol.dispose]: () => {} };

export function createTurns(count: number): Turns {
  let free = count;
  const waiting = new Set<() => void>();

  const place = (): Disposable => {
    let isOurs = true;
    return {
      [Symbol.dispose]() {
        if (!isOurs) return;
        isOurs = false;
        const [next] = waiting;
        if (next === undefined) free++;
        else next();
      },
    };
  };

  return {
    async take(signal) {
      if (signal.aborted) return NO_PLACE;
      if (free > 0) {
        free--;
        return place();
      }
      const { promise, resolve } = Promise.withResolvers<Disposable>();
      const onTurn = (): void => {
        waiting.delete(onTurn);
        resolve(place());
      };
      const onAbort = (): void => {
        if (waiting.delete(onTurn)) resolve(NO_PLACE);
      };
      waiting.add(onTurn);
      signal.addEventListener('abort', onAbort, { once: true });
      const taken = await promise;
      signal.removeEventListener('abort', onAbort);
      return taken;
    },
  };
}
