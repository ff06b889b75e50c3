import { Redis, type RedisOptions } from 'ioredis';
import type { SecretRing } from '../secret-ring.ts';
import type { Bus } from './bus.ts';
import { createMessageSeal } from './message-seal.ts';
import { tellAll } from './tell-all.ts';

const COMMAND_TIMEOUT_MS = 400;
const SUBSCRIBE_DEADLINE_MS = 600;
/** A server that owes an answer for this long is given up and connected to anew, with nothing kept to send again. */
const SILENCE_MS = 1_000;

interface Channel {
  listeners: Set<(message: string) => void>;
  /** Resolves when the server has confirmed the subscription for the first time. */
  heard: PromiseWithResolvers<void>;
}

/**
 * Hints over Redis pub/sub, signed with the deployment's secret (see `secretRing`). While Redis is down or paused publishing drops and
 * subscribing gives up waiting; both come back by themselves.
 */
export function createRedisBus(
  url: string,
  options: { secrets: SecretRing; onError: (err: Error) => void },
): Bus {
  const seal = createMessageSeal(options.secrets);
  const channels = new Map<string, Channel>();
  const gapListeners = new Set<() => void>();
  let isClosed = false;
  const report = (err: unknown): void => {
    if (!isClosed) options.onError(err instanceof Error ? err : new Error(String(err)));
  };
  const publisher = new Redis(url, {
    ...commonOptions,
    commandTimeout: COMMAND_TIMEOUT_MS,
    maxRetriesPerRequest: 1,
  });
  // A connection that subscribes can do nothing else.
  const subscriber = new Redis(url, { ...commonOptions, maxRetriesPerRequest: null });
  publisher.on('error', report);
  subscriber.on('error', report);

  /** The server forgets subscriptions with their connection. Only once it has confirmed them all is the gap over. */
  const subscribeAll = async (): Promise<void> => {
    const all = [...channels];
    if (all.length > 0) await subscriber.subscribe(...all.map(([name]) => name));
    for (const [, { heard }] of all) heard.resolve();
    tellAll(gapListeners, undefined, report);
  };
  subscriber.on('ready', () => void subscribeAll().catch(report));
  subscriber.on('message', (name: string, sealed: string) => {
    const message = seal.open(name, sealed);
    const channel = channels.get(name);
    if (message !== null && channel !== undefined) tellAll(channel.listeners, message, report);
  });

  const enter = (name: string): Channel => {
    const channel: Channel = { listeners: new Set(), heard: Promise.withResolvers() };
    channels.set(name, channel);
    if (subscriber.status === 'ready') {
      subscriber.subscribe(name).then(() => channel.heard.resolve(), report);
    }
    return channel;
  };

  return {
    publish(name, message) {
      if (publisher.status === 'ready') publisher.publish(name, seal.close(name, message)).catch(report);
    },
    async subscribe(name, onMessage) {
      const channel = channels.get(name) ?? enter(name);
      const listener = (message: string): void => onMessage(message);
      channel.listeners.add(listener);
      await settledWithin(channel.heard.promise, SUBSCRIBE_DEADLINE_MS);
      return {
        unsubscribe() {
          channel.listeners.delete(listener);
          if (channel.listeners.size > 0 || channels.get(name) !== channel) return;
          channels.delete(name);
          if (subscriber.status === 'ready') subscriber.unsubscribe(name).catch(report);
        },
      };
    },
    get isDown() {
      return subscriber.status !== 'ready';
    },
    onGap(listener) {
      const own = (): void => listener();
      gapListeners.add(own);
      return { [Symbol.dispose]: () => gapListeners.delete(own) };
    },
    async check() {
      await publisher.ping();
      if (subscriber.status !== 'ready') throw new Error('the connection that hears from Redis is down');
    },
    [Symbol.asyncDispose]() {
      isClosed = true;
      publisher.disconnect();
      subscriber.disconnect();
      return Promise.resolve();
    },
  };
}

/** Nothing is queued or sent again, and subscriptions are ours to renew: ioredis would not say when they hold. */
const commonOptions: RedisOptions = {
  connectTimeout: 2_000,
  socketTimeout: SILENCE_MS,
  keepAlive: 10_000,
  enableOfflineQueue: false,
  autoResubscribe: false,
  autoResendUnfulfilledCommands: false,
  retryStrategy: (attempt) => Math.min(50 * 2 ** attempt, 1_000) * (0.5 + Math.random() / 2),
};

/** Waits for `promise`, but not for ever: a paused Redis answers nothing at all. */
async function settledWithin(promise: Promise<void>, timeoutMs: number): Promise<void> {
  const { promise: deadline, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, timeoutMs);
  await Promise.race([promise, deadline]);
  clearTimeout(timer);
}
