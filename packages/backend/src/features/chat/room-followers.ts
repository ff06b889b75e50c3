import type { RoomEvent } from '@aura/contract';
import { followStream } from '../../realtime/follow-stream.ts';
import type { Hub } from '../../realtime/hub.ts';
import type { PageReader } from '../../realtime/page-reader.ts';
import type { RoomKey } from './room-store.ts';
import { roomEvent } from './room-view.ts';

/**
 * Reads each room's log once a node, for all on it who keep something current from it. Listening costs no query; the log
 * is read from the first new event on.
 */
export interface RoomFollowers extends Disposable {
  /**
   * Every event after the one that was the newest when `ready` had resolved, each once and in order. Then read what the
   * events are to be applied to, and say with `startAt` how far into the log that is; events up to there may still come.
   */
  follow(room: RoomKey, listener: RoomListener): RoomFollowing;
}

export interface RoomListener {
  onEvent(event: RoomEvent): void;
  /** The log cannot be followed any more. Nothing else comes. */
  onBroken(err: unknown): void;
}

export interface RoomFollowing extends Disposable {
  readonly ready: Promise<void>;
  startAt(seq: number): void;
}

interface Follower {
  listeners: Set<RoomListener>;
  ready: Promise<void>;
  startAt(seq: number): void;
  stop(): void;
}

type Parts = { hub: Hub; pageReader: PageReader };

export function createRoomFollowers(parts: Parts): RoomFollowers {
  const followers = new Map<string, Follower>();

  const enter = (tenantId: string, roomId: string): Follower => {
    const key = `${tenantId}/${roomId}`;
    const known = followers.get(key);
    if (known !== undefined) return known;
    const opened = openFollower(parts, { tenantId, roomId, onEnd: () => followers.delete(key) });
    followers.set(key, opened);
    return opened;
  };

  return {
    follow({ tenantId, roomId }, listener) {
      const follower = enter(tenantId, roomId);
      follower.listeners.add(listener);
      return {
        ready: follower.ready,
        startAt: (seq) => follower.startAt(seq),
        [Symbol.dispose]() {
          if (follower.listeners.delete(listener) && follower.listeners.size === 0) follower.stop();
        },
      };
    },
    [Symbol.dispose]() {
      for (const follower of followers.values()) follower.stop();
    },
  };
}

function openFollower(
  { hub, pageReader }: Parts,
  { tenantId, roomId, onEnd }: RoomKey & { onEnd: () => void },
): Follower {
  const listeners = new Set<RoomListener>();
  const stopping = new AbortController();
  const watch = hub.watch(roomId);
  /** Null until somebody has said where to start. */
  let last: number | null = null;
  let isReading = false;

  const stop = (): void => {
    stopping.abort();
    changes[Symbol.dispose]();
    watch[Symbol.dispose]();
    onEnd();
  };

  const read = async (after: number): Promise<void> => {
    const request = { tenantId, streamId: roomId, after, signal: stopping.signal };
    try {
      for await (const event of followStream({ watch, pageReader }, request)) {
        last = event.seq;
        for (const { onEvent } of listeners) onEvent(roomEvent(event));
      }
    } catch (err) {
      const orphans = [...listeners];
      stop();
      for (const { onBroken } of orphans) onBroken(err);
    }
  };

  const look = (): void => {
    if (last === null || isReading || watch.head <= last || stopping.signal.aborted) return;
    isReading = true;
    void read(last);
  };
  const changes = watch.onChange(look);

  return {
    listeners,
    ready: watch.ready,
    startAt(seq) {
      last ??= seq;
      look();
    },
    stop,
  };
}
