import type { Bus } from './bus.ts';

/** The bus of a single node. Delivers on a later microtask, so that no publisher runs a subscriber's code. */
export function createInProcessBus(): Bus {
  const channels = new Map<string, Set<(message: string) => void>>();
  return {
    publish(channel, message) {
      queueMicrotask(() => {
        for (const onMessage of channels.get(channel) ?? []) onMessage(message);
      });
    },
    subscribe(channel, onMessage) {
      const listeners = channels.get(channel) ?? new Set();
      channels.set(channel, listeners);
      // A wrapper of its own, so that the same function subscribed twice is two subscriptions.
      const listener = (message: string): void => onMessage(message);
      listeners.add(listener);
      return Promise.resolve({
        unsubscribe() {
          listeners.delete(listener);
          if (listeners.size === 0 && channels.get(channel) === listeners) channels.delete(channel);
        },
      });
    },
    onGap: () => ({ [Symbol.dispose]: () => {} }),
    check: () => Promise.resolve(),
    [Symbol.asyncDispose]() {
      channels.clear();
      return Promise.resolve();
    },
  };
}
