import { tellAll } from '../../realtime/tell-all.ts';
import { systemTimers, type Timers } from '../../realtime/timers.ts';
import type { RoomKey } from './room-store.ts';
import type { RoomFollowers, RoomFollowing } from './room-followers.ts';
import { createPulseGatherer, type RoomPulse } from './room-pulse.ts';

/** What happens in the rooms of this node, gathered once for all lists that show a room: a pulse a second at most. */
export interface RoomPulses extends Disposable {
  /** As `RoomFollowers.follow`: pulses may tell again what was known when the listener started. */
  listen(room: RoomKey, listener: PulseListener): RoomFollowing;
}

export interface PulseListener {
  onPulse(pulse: RoomPulse): void;
  /** Nothing else comes. */
  onBroken(err: unknown): void;
}

export interface RoomPulsesParts {
  followers: RoomFollowers;
  timers?: Timers;
  onError(err: unknown): void;
}

const INTERVAL_MS = 1_000;
/** What comes together goes out together. */
const GATHER_MS = 50;

interface Heart {
  listeners: Set<PulseListener>;
  following: RoomFollowing;
  stop(): void;
}

export function createRoomPulses({ followers, timers = systemTimers, onError }: RoomPulsesParts): RoomPulses {
  const hearts = new Map<string, Heart>();

  const enter = (room: RoomKey): Heart => {
    const key = `${room.tenantId}/${room.roomId}`;
    const known = hearts.get(key);
    if (known !== undefined) return known;
    const heart = openHeart({ followers, timers, onError }, room, () => hearts.delete(key));
    hearts.set(key, heart);
    return heart;
  };

  return {
    listen(room, listener) {
      const heart = enter(room);
      heart.listeners.add(listener);
      return {
        ready: heart.following.ready,
        startAt: (seq) => heart.following.startAt(seq),
        [Symbol.dispose]() {
          if (heart.listeners.delete(listener) && heart.listeners.size === 0) heart.stop();
        },
      };
    },
    [Symbol.dispose]() {
      for (const heart of hearts.values()) heart.stop();
    },
  };
}

function openHeart(
  { followers, timers, onError }: Required<RoomPulsesParts>,
  room: RoomKey,
  onEnd: () => void,
): Heart {
  const listeners = new Set<PulseListener>();
  const gatherer = createPulseGatherer(room.roomId);
  let toldAtMs = -Infinity;
  let timer: Disposable | null = null;

  const tell = (): void => {
    timer = null;
    const pulse = gatherer.take();
    if (pulse === null) return;
    toldAtMs = timers.nowMs();
    tellAll(
      [...listeners].map(({ onPulse }) => onPulse),
      pulse,
      onError,
    );
  };
  const following = followers.follow(room, {
    onEvent(event) {
      gatherer.add(event);
      timer ??= timers.after(Math.max(GATHER_MS, toldAtMs + INTERVAL_MS - timers.nowMs()), tell);
    },
    onBroken(err) {
      const orphans = [...listeners];
      stop();
      for (const { onBroken } of orphans) onBroken(err);
    },
  });
  const stop = (): void => {
    timer?.[Symbol.dispose]();
    following[Symbol.dispose]();
    onEnd();
  };
  return { listeners, following, stop };
}
