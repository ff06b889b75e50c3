import type { Bus } from './bus.ts';
import { tellAll } from './tell-all.ts';

/** The bus of a single node. Delivers on a later microtask, so that no publisher runs a subscriber's code. */
export function createInProcessBus(options: { onError?: (err: Error) => void } = {}): Bus {
  const channels = new Map<string, Set<(message: string) => void>>();
  const report = (err: unknown): void =>
    options.onError?.(err instanceof Error ? err : new Error(String(err)));
  return {
    publish(channel, message) {
      queueMicrotask(() => tellAll(channels.get(channel) ?? [], message, report));
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
    isDown: false,
    onGap: () => ({ [Symbol.dispose]: () => {} }),
    check: () => Promise.resolve(),
    [Symbol.asyncDispose]() {
      channels.clear();
      return Promise.resolve();
    },
  };
}
