import type { Bus } from './bus.ts';
import { type PresenceMessage, readPresenceMessage, writePresenceMessage } from './presence-message.ts';
import { PRESENCE_TTL_MS, PresencePeers } from './presence-peers.ts';
import { tellAll } from './tell-all.ts';
import type { Timers } from './timers.ts';

/** Two messages of a node about a tenant are so far apart; what changes meanwhile goes into one. */
const TICK_MS = 1_000;
const HEARTBEAT_MS = 10_000;

export interface TenantPresenceParts {
  bus: Bus;
  timers: Timers;
  nodeId: string;
  /** An epoch of this node that is later than any before it, and than `last`. */
  nextEpoch(last: number): number;
  onError(err: unknown): void;
  /** Nobody needs it any more; it has said goodbye. */
  onClosed(): void;
}

export interface TenantPresence extends Disposable {
  arrive(userId: string): Disposable;
  isOnline(userId: string): boolean;
  online(): Set<string>;
  watch(wake: () => void, onArrive: (userIds: readonly string[]) => void): Disposable;
}

type Content<M> = M extends { type: infer T }
  ? Omit<M, 'nodeId' | 'epoch' | 'counter' | 'type'> & { type: T }
  : never;

/** Who is online in one tenant: those with a socket here, and those other nodes tell of. See `Presence`. */
export function openTenantPresence(parts: TenantPresenceParts, tenantId: string): TenantPresence {
  const { bus, timers, nodeId } = parts;
  const channel = `aura:presence:${tenantId}`;
  const sockets = new Map<string, number>();
  const peers = new PresencePeers();
  const wakes = new Set<() => void>();
  const arrivals = new Set<(userIds: readonly string[]) => void>();
  /** Nodes to be told that their epoch is over here. */
  const lost = new Map<string, number>();
  let epoch = parts.nextEpoch(0);
  let counter = 0;
  /** What others know of this node. */
  let stated: ReadonlySet<string> = new Set();
  let owesState = true;
  let asks = true;
  let isListening = false;
  let isClosed = false;
  let sentAtMs = -Infinity;
  let statedAtMs = -Infinity;
  let awakeAtMs = timers.nowMs();
  let ticking: Disposable | null = null;

  const wake = (): void => tellAll(wakes, undefined, parts.onError);
  const send = (content: Content<PresenceMessage>): void => {
    sentAtMs = timers.nowMs();
    bus.publish(channel, writePresenceMessage({ ...content, nodeId, epoch, counter: ++counter }));
  };

  const stateAll = (): void => {
    const now = new Set(sockets.keys());
    const arrived = [...now.difference(stated)];
    stated = now;
    statedAtMs = timers.nowMs();
    send({
      type: 'state',
      users: [...stated],
      arrived,
      asks,
      lost: [...lost].map(([id, over]) => ({ nodeId: id, epoch: over })),
    });
    lost.clear();
    owesState = false;
    asks = false;
  };

  const stateChange = (): void => {
    const now = new Set(sockets.keys());
    const [online, offline] = [[...now.difference(stated)], [...stated.difference(now)]];
    if (online.length + offline.length === 0) return;
    stated = now;
    send({ type: 'change', online, offline });
  };

  /** Says what there is to say, unless this node spoke less than a second ago; then the next tick does. */
  const speak = (): void => {
    // Not before it listens: those who were asked would answer to nobody.
    if (!isListening || isClosed || timers.nowMs() - sentAtMs < TICK_MS) return;
    if (owesState || timers.nowMs() - statedAtMs >= HEARTBEAT_MS) stateAll();
    else stateChange();
  };

  const beginEpoch = (last: number): void => {
    epoch = parts.nextEpoch(last);
    counter = 0;
    owesState = true;
  };

  /** Others gave up on a node that was frozen for so long, rightly. */
  const noticeFreeze = (): void => {
    const nowMs = timers.nowMs();
    if (nowMs - awakeAtMs > PRESENCE_TTL_MS) {
      beginEpoch(epoch);
      asks = true;
    }
    awakeAtMs = nowMs;
  };

  const tick = (): void => {
    if (isClosed) return;
    noticeFreeze();
    if (peers.expire(timers.nowMs())) wake();
    speak();
    if (sockets.size === 0 && wakes.size === 0 && stated.size === 0) close();
    else ticking = timers.after(TICK_MS, tick);
  };

  const onMessage = (text: string): void => {
    const message = isClosed ? null : readPresenceMessage(nodeId, text);
    if (message === null) return;
    noticeFreeze();
    const outcome = peers.hear(message, timers.nowMs());
    if (outcome === 'over') {
      lost.set(message.nodeId, message.epoch);
      owesState = true;
    } else if (outcome === 'news') lost.delete(message.nodeId);
    if (message.type === 'state' && outcome !== 'nothing') {
      if (message.asks) owesState = true;
      const own = message.lost.find((node) => node.nodeId === nodeId);
      if (own !== undefined && own.epoch >= epoch) beginEpoch(own.epoch);
    }
    if (owesState) speak();
    if (outcome !== 'news') return;
    tellAll(arrivals, arrivedIn(message), parts.onError);
    wake();
  };

  const gap = bus.onGap(() => {
    beginEpoch(epoch);
    asks = true;
    speak();
  });
  const subscribed = bus.subscribe(channel, onMessage).catch((err: unknown) => {
    parts.onError(err);
    return null;
  });
  void subscribed.then((subscription) => {
    isListening = true;
    if (isClosed) subscription?.unsubscribe();
    else speak();
  });

  const close = (): void => {
    if (isClosed) return;
    if (statedAtMs > -Infinity) send({ type: 'bye' });
    isClosed = true;
    ticking?.[Symbol.dispose]();
    gap[Symbol.dispose]();
    if (isListening) void subscribed.then((subscription) => subscription?.unsubscribe());
    parts.onClosed();
  };
  ticking = timers.after(TICK_MS, tick);

  return {
    arrive(userId) {
      const count = sockets.get(userId) ?? 0;
      sockets.set(userId, count + 1);
      if (count === 0) {
        speak();
        tellAll(arrivals, [userId], parts.onError);
        wake();
      }
      let isOpen = true;
      return {
        [Symbol.dispose]() {
          if (!isOpen) return;
          isOpen = false;
          const left = (sockets.get(userId) ?? 1) - 1;
          if (left > 0) {
            sockets.set(userId, left);
            return;
          }
          sockets.delete(userId);
          // Told at the next tick: whoever is back by then was never gone.
          wake();
        },
      };
    },
    isOnline: (userId) => sockets.has(userId) || peers.isOnline(userId),
    online: () => new Set([...sockets.keys(), ...peers.online()]),
    watch(listener, onArrive) {
      const watching = new DisposableStack();
      watching.use(added(wakes, () => listener()));
      watching.use(added(arrivals, (userIds) => onArrive(userIds)));
      return watching;
    },
    [Symbol.dispose]: close,
  };
}

/** Those who came, as against those who were there all along and are told of to a node that did not know. */
function arrivedIn(message: PresenceMessage): readonly string[] {
  switch (message.type) {
    case 'state':
      return message.arrived;
    case 'change':
      return message.online;
    case 'bye':
      return [];
  }
}

function added<T>(set: Set<T>, member: T): Disposable {
  set.add(member);
  return { [Symbol.dispose]: () => set.delete(member) };
}
