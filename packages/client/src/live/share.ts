import type { ReadableStore } from '../store.ts';

/** Something that costs while it runs: a subscription. */
export interface Running<T> extends ReadableStore<T> {
  begin: () => void;
  end: () => void;
  /** False while it holds something that its user would miss, and so must not be forgotten. */
  isDisposable: () => boolean;
}

/** A page change unmounts the old view before it mounts the new one, and StrictMode mounts twice. */
const LINGER_MS = 3_000;

/**
 * One `create(key)` per key for all who use it at the same time. It runs from its first subscriber until shortly
 * after its last, and is forgotten then unless it holds something worth keeping.
 */
export function createShare<T, R extends Running<T>>(create: (key: string) => R): (key: string) => R {
  const shared = new Map<string, R>();

  const wrap = (key: string): R => {
    const inner = create(key);
    let users = 0;
    let isRunning = false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const linger = () => {
      clearTimeout(timer);
      timer = setTimeout(() => {
        if (isRunning) inner.end();
        isRunning = false;
        if (inner.isDisposable() && shared.get(key) === outer) shared.delete(key);
      }, LINGER_MS);
      if (typeof timer === 'object') timer.unref();
    };
    const outer: R = {
      ...inner,
      subscribe(listener: (value: T) => void) {
        users += 1;
        clearTimeout(timer);
        // Whoever kept it over a pause brings it back.
        if (!shared.has(key)) shared.set(key, outer);
        const leave = inner.subscribe(listener);
        if (!isRunning) {
          isRunning = true;
          inner.begin();
        }
        let hasLeft = false;
        return () => {
          if (hasLeft) return;
          hasLeft = true;
          leave();
          users -= 1;
          if (users === 0) linger();
        };
      },
    };
    // A view may ask for it and never come to look.
    linger();
    return outer;
  };

  return (key) => {
    const existing = shared.get(key);
    if (existing !== undefined) return existing;
    const created = wrap(key);
    shared.set(key, created);
    return created;
  };
}
