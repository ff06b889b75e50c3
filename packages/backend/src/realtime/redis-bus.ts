import { Redis, type RedisOptions } from 'ioredis';
import type { Bus } from './bus.ts';

const COMMAND_TIMEOUT_MS = 400;
const SUBSCRIBE_DEADLINE_MS = 600;

/** Hints over Redis pub/sub. While Redis is down or paused publishing drops and subscribing gives up waiting; both come back by themselves. */
export function createRedisBus(url: string, { onError }: { onError: (err: Error) => void }): Bus {
  const listeners = new Map<string, Set<(message: string) => void>>();
  const gapListeners = new Set<() => void>();
  const publisher = new Redis(url, {
    ...commonOptions,
    commandTimeout: COMMAND_TIMEOUT_MS,
    maxRetriesPerRequest: 1,
    enableOfflineQueue: false,
  });
  // A connection that subscribes can do nothing else. It resubscribes by itself after a reconnect, and may queue
  // while offline: nobody waits for it longer than the deadline below.
  const subscriber = new Redis(url, { ...commonOptions, maxRetriesPerRequest: null, autoResubscribe: true });
  publisher.on('error', onError);
  subscriber.on('error', onError);
  let wasReady = false;
  subscriber.on('ready', () => {
    if (wasReady) for (const listener of gapListeners) listener();
    wasReady = true;
  });
  subscriber.on('message', (channel: string, message: string) => {
    for (const onMessage of listeners.get(channel) ?? []) onMessage(message);
  });

  return {
    publish(channel, message) {
      if (publisher.status === 'ready') publisher.publish(channel, message).catch(onError);
    },
    async subscribe(channel, onMessage) {
      const existing = listeners.get(channel);
      const set = existing ?? new Set();
      const listener = (message: string): void => onMessage(message);
      set.add(listener);
      listeners.set(channel, set);
      if (existing === undefined) {
        await settledWithin(subscriber.subscribe(channel), SUBSCRIBE_DEADLINE_MS, onError);
      }
      return {
        unsubscribe() {
          set.delete(listener);
          if (set.size > 0 || listeners.get(channel) !== set) return;
          listeners.delete(channel);
          subscriber.unsubscribe(channel).catch(onError);
        },
      };
    },
    onGap(listener) {
      gapListeners.add(listener);
      return { [Symbol.dispose]: () => gapListeners.delete(listener) };
    },
    async check() {
      await publisher.ping();
    },
    [Symbol.asyncDispose]() {
      publisher.disconnect();
      subscriber.disconnect();
      return Promise.resolve();
    },
  };
}

const commonOptions: RedisOptions = {
  connectTimeout: 2_000,
  keepAlive: 10_000,
  retryStrategy: (attempt) => Math.min(50 * 2 ** attempt, 1_000) * (0.5 + Math.random() / 2),
};

/** Waits for `promise`, but not for ever: a paused Redis answers nothing at all. */
async function settledWithin(
  promise: Promise<unknown>,
  timeoutMs: number,
  onError: (err: Error) => void,
): Promise<void> {
  const { promise: deadline, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, timeoutMs);
  const done = promise.then(
    () => {},
    (err: unknown) => onError(err instanceof Error ? err : new Error(String(err))),
  );
  await Promise.race([done, deadline]);
  clearTimeout(timer);
}
