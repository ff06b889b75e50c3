import type { WebSocket } from 'ws';
import type { Caller } from '../../context.ts';

/** Who is on the other end of which socket. What is taken up must be given back (disposed) when the socket closes. */
export interface SocketRegistry {
  /** Sockets from this address, signed in or not. */
  countOf(address: string): number;
  arrive(address: string): Disposable;
  /** Null, and nothing changes, when the user has too many sockets already. */
  signIn(ws: WebSocket, caller: Caller): Disposable | null;
  /** The socket was told to hand over: its successor must find a place. */
  markLeaving(ws: WebSocket): void;
  ofSession(sessionId: string): readonly WebSocket[];
}

export function createSocketRegistry({ maxPerUser }: { maxPerUser: number }): SocketRegistry {
  const addresses = new Groups<symbol>();
  const users = new Groups<WebSocket>();
  const sessions = new Groups<WebSocket>();
  const leaving = new WeakSet<WebSocket>();

  return {
    countOf: (address) => addresses.countOf(address),
    arrive: (address) => addresses.add(address, Symbol(address)),
    signIn(ws, { userId, sessionId }) {
      const own = users.of(userId);
      const stayingCount = own.filter((socket) => !leaving.has(socket)).length;
      if (stayingCount >= maxPerUser || own.length >= 2 * maxPerUser) return null;
      const places = new DisposableStack();
      places.use(users.add(userId, ws));
      places.use(sessions.add(sessionId, ws));
      return places;
    },
    markLeaving: (ws) => void leaving.add(ws),
    ofSession: (sessionId) => sessions.of(sessionId),
  };
}

class Groups<T> {
  readonly #groups = new Map<string, Set<T>>();

  of(key: string): readonly T[] {
    return [...(this.#groups.get(key) ?? [])];
  }

  countOf(key: string): number {
    return this.#groups.get(key)?.size ?? 0;
  }

  add(key: string, member: T): Disposable {
    const group = this.#groups.get(key) ?? new Set();
    this.#groups.set(key, group.add(member));
    return {
      [Symbol.dispose]: () => {
        group.delete(member);
        if (group.size === 0 && this.#groups.get(key) === group) this.#groups.delete(key);
      },
    };
  }
}
