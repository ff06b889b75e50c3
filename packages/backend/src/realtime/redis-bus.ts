import { redisUrls } from '../connect-redis-cluster.ts';
import type { SecretRing } from '../secret-ring.ts';
import { settledOrAborted } from '../settled-or-aborted.ts';
import type { Bus } from './bus.ts';
import { createMessageSeal } from './message-seal.ts';
import { openRedisClusterWire } from './redis-cluster-wire.ts';
import { openRedisWire, type RedisWireEvents } from './redis-wire.ts';
import { tellAll } from './tell-all.ts';

const SUBSCRIBE_DEADLINE_MS = 600;

interface Channel {
  listeners: Set<(message: string) => void>;
  /** Resolves when the server has confirmed the subscription for the first time. */
  heard: PromiseWithResolvers<void>;
}

/**
 * Hints over Redis pub/sub, signed with the deployment's secret (see `secretRing`). While Redis is down or paused
 * publishing drops and subscribing gives up waiting; both come back by themselves. `url` names a server, or several
 * nodes of a cluster, divided by commas.
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
  /** The server forgets subscriptions with their connection. Only once it has confirmed them all is the gap over. */
  const subscribeAll = async (): Promise<void> => {
    const all = [...channels];
    if (all.length > 0) await wire.subscribe(all.map(([name]) => name));
    for (const [, { heard }] of all) heard.resolve();
    tellAll(gapListeners, undefined, report);
  };
  const events: RedisWireEvents = {
    onError: report,
    onReady: () => void subscribeAll().catch(report),
    onMessage(name, sealed) {
      const message = seal.open(name, sealed);
      const channel = channels.get(name);
      if (message !== null && channel !== undefined) tellAll(channel.listeners, message, report);
    },
  };
  const urls = redisUrls(url);
  const wire = urls.length > 1 ? openRedisClusterWire(urls, events) : openRedisWire(url, events);

  const enter = (name: string): Channel => {
    const channel: Channel = { listeners: new Set(), heard: Promise.withResolvers() };
    channels.set(name, channel);
    if (wire.isReady) wire.subscribe([name]).then(() => channel.heard.resolve(), report);
    return channel;
  };

  return {
    publish(name, message) {
      if (wire.isReady) wire.publish(name, seal.close(name, message)).catch(report);
    },
    async subscribe(name, onMessage) {
      const channel = channels.get(name) ?? enter(name);
      const listener = (message: string): void => onMessage(message);
      channel.listeners.add(listener);
      // Not for ever: a paused Redis answers nothing at all.
      await settledOrAborted(channel.heard.promise, AbortSignal.timeout(SUBSCRIBE_DEADLINE_MS));
      return {
        unsubscribe() {
          channel.listeners.delete(listener);
          if (channel.listeners.size > 0 || channels.get(name) !== channel) return;
          channels.delete(name);
          if (wire.isReady) wire.unsubscribe(name).catch(report);
        },
      };
    },
    get isDown() {
      return !wire.isReady;
    },
    onGap(listener) {
      const own = (): void => listener();
      gapListeners.add(own);
      return { [Symbol.dispose]: () => gapListeners.delete(own) };
    },
    check: async () => await wire.check(),
    [Symbol.asyncDispose]() {
      isClosed = true;
      wire.disconnect();
      return Promise.resolve();
    },
  };
}
