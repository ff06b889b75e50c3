import { setTimeout as pause } from 'node:timers/promises';
import { connectRedisCluster } from '../connect-redis-cluster.ts';
import {
  COMMAND_OPTIONS,
  CONNECTION_OPTIONS,
  type RedisWire,
  type RedisWireEvents,
  retryAfterMs,
} from './redis-wire.ts';

const SUBSCRIBE_ATTEMPTS = 6;

/**
 * A Redis cluster with sharded pub/sub (SPUBLISH, SSUBSCRIBE): a channel lives on the shard of its slot and costs the
 * others nothing, whereas PUBLISH would reach every node of the cluster.
 *
 * ioredis makes subscriptions anew itself when a shard moves or fails, and does not say when they hold. What is lost
 * meanwhile the heads tell, as for every lost hint.
 */
export function openRedisClusterWire(
  urls: readonly string[],
  { onReady, onMessage, onError }: RedisWireEvents,
): RedisWire {
  const cluster = connectRedisCluster(urls, {
    shardedSubscribers: true,
    enableOfflineQueue: false,
    clusterRetryStrategy: retryAfterMs,
    redisOptions: { ...CONNECTION_OPTIONS, ...COMMAND_OPTIONS },
  });
  /** ioredis knows of them and keeps them up. */
  const known = new Set<string>();
  const closed = new AbortController();

  /** Right after it connects, and while a shard fails over, there may be nobody to subscribe with for a moment. */
  const subscribe = async (channel: string): Promise<void> => {
    for (let attempt = 1; !closed.signal.aborted && !known.has(channel); attempt++) {
      try {
        await cluster.ssubscribe(channel);
        known.add(channel);
      } catch (err) {
        if (attempt === SUBSCRIBE_ATTEMPTS) throw err;
        await pause(retryAfterMs(attempt));
      }
    }
  };

  cluster.on('error', onError);
  cluster.on('nodeError', onError);
  cluster.on('ready', onReady);
  cluster.on('subscribersReady', onReady);
  cluster.on('smessage', onMessage);
  return {
    get isReady() {
      return cluster.status === 'ready';
    },
    publish: (channel, message) => cluster.spublish(channel, message),
    // One by one: a command reaches one slot.
    subscribe: async (channels) => void (await Promise.all(channels.map(subscribe))),
    async unsubscribe(channel) {
      known.delete(channel);
      await cluster.sunsubscribe(channel);
    },
    check: async () => void (await cluster.ping()),
    disconnect() {
      closed.abort();
      cluster.disconnect();
    },
  };
}
