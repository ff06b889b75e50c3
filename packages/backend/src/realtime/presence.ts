import type { Clock } from '../clock.ts';
import type { Bus } from './bus.ts';
import { openTenantPresence, type TenantPresence } from './tenant-presence.ts';
import { systemTimers, type Timers } from './timers.ts';

/**
 * Who is online: whoever has a socket open on any node. Nothing is stored; every node tells the others, tenant by tenant,
 * what has changed, once a second at most, and everything every ten seconds. A node that is not heard of for thirty
 * seconds is given up with all its users, and nothing it said before brings them back: it has to begin a new epoch. It
 * does so when it learns that it was given up, was frozen, or may have missed messages.
 */
export interface Presence extends AsyncDisposable {
  /** One more socket of a user is open. Dispose of the answer when it has closed. */
  arrive(user: { tenantId: string; userId: string }): Disposable;
  /**
   * Calls `wake` when somebody of the tenant may have come or gone, and before it `onArrive` with those who are known to
   * have come just now. Such a word may be lost; then they are just there.
   */
  watch(tenantId: string, wake: () => void, onArrive?: (userIds: readonly string[]) => void): PresenceWatch;
}

export interface PresenceWatch extends Disposable {
  isOnline(userId: string): boolean;
  online(): Set<string>;
}

export interface PresenceOptions {
  bus: Bus;
  nodeId: string;
  clock: Pick<Clock, 'now'>;
  timers?: Timers;
  onError(err: unknown): void;
}

export function createPresence(options: PresenceOptions): Presence {
  const { bus, nodeId, clock, timers = systemTimers, onError } = options;
  const tenants = new Map<string, TenantPresence>();
  let lastEpoch = 0;
  // The time of day, so that a node that starts again under its old name is not taken for the one that died.
  const nextEpoch = (last: number): number => {
    lastEpoch = Math.max(clock.now().getTime(), lastEpoch + 1, last + 1);
    return lastEpoch;
  };

  const enter = (tenantId: string): TenantPresence => {
    const known = tenants.get(tenantId);
    if (known !== undefined) return known;
    const onClosed = (): void => void tenants.delete(tenantId);
    const opened = openTenantPresence({ bus, timers, nodeId, nextEpoch, onError, onClosed }, tenantId);
    tenants.set(tenantId, opened);
    return opened;
  };

  return {
    arrive: ({ tenantId, userId }) => enter(tenantId).arrive(userId),
    watch(tenantId, wake, onArrive = () => {}) {
      const tenant = enter(tenantId);
      const watching = tenant.watch(wake, onArrive);
      return {
        isOnline: (userId) => tenant.isOnline(userId),
        online: () => tenant.online(),
        [Symbol.dispose]: () => watching[Symbol.dispose](),
      };
    },
    [Symbol.asyncDispose]() {
      for (const tenant of tenants.values()) tenant[Symbol.dispose]();
      return Promise.resolve();
    },
  };
}
