import type { PresenceMessage } from './presence-message.ts';

/** Whoever was not heard of for so long is gone. */
export const PRESENCE_TTL_MS = 30_000;
/** How long it is remembered that an epoch of a node is over: longer than any message is under way. */
const MEMORY_MS = 3_600_000;

interface Peer {
  epoch: number;
  counter: number;
  users: Set<string>;
  /** False: expired, or it said goodbye. Stays so for this epoch, whatever arrives late. */
  isAlive: boolean;
  heardAtMs: number;
}

/**
 * What other nodes said of one tenant. States of a peer's epoch: unknown → alive → over; nothing leads back. Messages of
 * an epoch count in the order of their counter; an older one, or one of an earlier epoch, changes nothing.
 */
export class PresencePeers {
  readonly #peers = new Map<string, Peer>();

  isOnline(userId: string): boolean {
    for (const { users } of this.#peers.values()) if (users.has(userId)) return true;
    return false;
  }

  online(): Set<string> {
    return new Set([...this.#peers.values()].flatMap(({ users }) => [...users]));
  }

  /** `over`: a node speaks in an epoch that is over here. It is alive, so it must be told to begin a new one. */
  hear(message: PresenceMessage, nowMs: number): 'news' | 'nothing' | 'over' {
    this.expire(nowMs);
    const peer = this.#peers.get(message.nodeId);
    if (peer !== undefined && message.epoch < peer.epoch) return 'nothing';
    if (peer === undefined || message.epoch > peer.epoch) {
      this.#peers.set(message.nodeId, {
        epoch: message.epoch,
        counter: message.counter,
        users: usersAfter(new Set(), message),
        isAlive: message.type !== 'bye',
        heardAtMs: nowMs,
      });
      return 'news';
    }
    if (message.counter <= peer.counter) return 'nothing';
    peer.counter = message.counter;
    if (!peer.isAlive) return 'over';
    peer.heardAtMs = nowMs;
    peer.users = usersAfter(peer.users, message);
    peer.isAlive = message.type !== 'bye';
    return 'news';
  }

  /** True when somebody was given up. */
  expire(nowMs: number): boolean {
    let hasChanged = false;
    for (const [nodeId, peer] of this.#peers) {
      if (peer.isAlive && nowMs - peer.heardAtMs >= PRESENCE_TTL_MS) {
        peer.isAlive = false;
        peer.users = new Set();
        hasChanged = true;
      }
      if (nowMs - peer.heardAtMs >= MEMORY_MS) this.#peers.delete(nodeId);
    }
    return hasChanged;
  }
}

/** A change whose forerunner was lost is taken as it is: the next statement of everything puts it right. */
function usersAfter(users: ReadonlySet<string>, message: PresenceMessage): Set<string> {
  switch (message.type) {
    case 'state':
      return new Set(message.users);
    case 'change': {
      const next = new Set(users);
      for (const userId of message.online) next.add(userId);
      for (const userId of message.offline) next.delete(userId);
      return next;
    }
    case 'bye':
      return new Set();
  }
}
