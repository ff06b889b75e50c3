import { Redis, type RedisOptions } from 'ioredis';

/** The connections of the Redis bus: to one server, or to a cluster. Nothing is queued, and nothing sent again. */
export interface RedisWire {
  readonly isReady: boolean;
  publish(channel: string, message: string): Promise<unknown>;
  /** Resolves once messages on these channels arrive. */
  subscribe(channels: readonly string[]): Promise<void>;
  unsubscribe(channel: string): Promise<unknown>;
  /** Resolves when what is sent and what is heard has a connection. */
  check(): Promise<void>;
  disconnect(): void;
}

export interface RedisWireEvents {
  /** Connected, perhaps again: subscriptions have to be made (anew), and messages may have been lost. */
  onReady(): void;
  onMessage(channel: string, message: string): void;
  onError(err: unknown): void;
}

const COMMAND_TIMEOUT_MS = 400;
/** A server that owes an answer for this long is given up and connected to anew, with nothing kept to send again. */
const SILENCE_MS = 1_000;

export const COMMAND_OPTIONS = { commandTimeout: COMMAND_TIMEOUT_MS, maxRetriesPerRequest: 1 };
export const CONNECTION_OPTIONS = { connectTimeout: 2_000, socketTimeout: SILENCE_MS, keepAlive: 10_000 };

export const retryAfterMs = (attempt: number): number =>
  Math.min(50 * 2 ** attempt, 1_000) * (0.5 + Math.random() / 2);

/** Subscriptions are ours to renew: ioredis would not say when they hold. */
const OPTIONS: RedisOptions = {
  ...CONNECTION_OPTIONS,
  enableOfflineQueue: false,
  autoResubscribe: false,
  autoResendUnfulfilledCommands: false,
  retryStrategy: retryAfterMs,
};

export function openRedisWire(url: string, { onReady, onMessage, onError }: RedisWireEvents): RedisWire {
  const publisher = new Redis(url, { ...OPTIONS, ...COMMAND_OPTIONS });
  // A connection that subscribes can do nothing else.
  const subscriber = new Redis(url, { ...OPTIONS, maxRetriesPerRequest: null });
  publisher.on('error', onError);
  subscriber.on('error', onError);
  subscriber.on('ready', onReady);
  subscriber.on('message', onMessage);
  return {
    get isReady() {
      return subscriber.status === 'ready';
    },
    publish: (channel, message) =>
      publisher.status === 'ready' ? publisher.publish(channel, message) : Promise.resolve(),
    subscribe: async (channels) => void (await subscriber.subscribe(...channels)),
    unsubscribe: async (channel) => await subscriber.unsubscribe(channel),
    async check() {
      await publisher.ping();
      if (subscriber.status !== 'ready') throw new Error('the connection that hears from Redis is down');
    },
    disconnect() {
      publisher.disconnect();
      subscriber.disconnect();
    },
  };
}
