/** Something that can be read now and watched. `subscribe` returns what ends it. */
export interface ReadableStore<T> {
  get: () => T;
  subscribe: (listener: (value: T) => void) => () => void;
}

export interface Store<T> extends ReadableStore<T> {
  /** Replaces the value and tells every listener; the very same value tells nobody. */
  set: (value: T) => void;
}

export function createStore<T>(initial: T): Store<T> {
  let current = initial;
  const listeners = new Set<(value: T) => void>();
  return {
    get: () => current,
    set(value) {
      if (Object.is(value, current)) return;
      current = value;
      for (const listener of Array.from(listeners)) {
        try {
          listener(value);
        } catch (err) {
          // One listener's fault must not keep the news from the others, nor vanish.
          queueMicrotask(() => {
            throw err;
          });
        }
      }
    },
    subscribe(listener) {
      // Wrapped, so that a function subscribed twice is told twice and can leave twice.
      const entry = (value: T) => listener(value);
      listeners.add(entry);
      return () => void listeners.delete(entry);
    },
  };
}
