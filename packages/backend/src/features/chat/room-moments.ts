import { systemTimers, type Timers } from '../../realtime/timers.ts';
import { type OpenMoment, type OpenMomentParts, openRoomMoment } from './open-room-moment.ts';
import type { RoomKey } from './room-store.ts';
import type { RoomMoment } from './room-moment.ts';

/** The moments of this node's rooms: each is loaded once, shared by whoever needs it, and kept a while longer. */
export interface RoomMoments extends Disposable {
  /** The room must be one that the caller is known to be in. Rejects when the database cannot be read. */
  attend(room: RoomKey): Promise<HeldMoment>;
  /** Without waiting: null when this room's moment is not loaded. */
  peek(room: RoomKey): Pick<OpenMoment, 'moment' | 'sayTyping'> | null;
}

export interface HeldMoment extends Disposable {
  readonly moment: RoomMoment;
  sayTyping: OpenMoment['sayTyping'];
}

/** So long a moment outlives the last who needed it: whoever types without listening does not load it each time. */
const LINGER_MS = 10_000;

interface Entry {
  opening: Promise<OpenMoment>;
  opened: OpenMoment | null;
  holders: number;
  lingering: Disposable | null;
}

export function createRoomMoments(parts: Omit<OpenMomentParts, 'timers'> & { timers?: Timers }): RoomMoments {
  const { timers = systemTimers } = parts;
  const entries = new Map<string, Entry>();

  const forget = (key: string, entry: Entry): void => {
    if (entries.get(key) === entry) entries.delete(key);
    entry.lingering?.[Symbol.dispose]();
    entry.opened?.[Symbol.dispose]();
  };

  const enter = (key: string, room: RoomKey): Entry => {
    const known = entries.get(key);
    if (known !== undefined) return known;
    const opening = openRoomMoment({ ...parts, timers }, room, () => forget(key, entry));
    const entry: Entry = { opening, opened: null, holders: 0, lingering: null };
    entries.set(key, entry);
    opening.then(
      (opened) => {
        entry.opened = opened;
        // Forgotten while it was being opened.
        if (entries.get(key) !== entry) opened[Symbol.dispose]();
      },
      () => forget(key, entry),
    );
    return entry;
  };

  const leave = (key: string, entry: Entry): void => {
    if (--entry.holders === 0) entry.lingering = timers.after(LINGER_MS, () => forget(key, entry));
  };

  return {
    async attend(room) {
      const key = keyOf(room);
      const entry = enter(key, room);
      entry.holders++;
      entry.lingering?.[Symbol.dispose]();
      using stack = new DisposableStack();
      stack.defer(() => leave(key, entry));
      const { moment, sayTyping } = await entry.opening;
      const hold = stack.move();
      return { moment, sayTyping, [Symbol.dispose]: () => hold.dispose() };
    },
    peek: (room) => entries.get(keyOf(room))?.opened ?? null,
    [Symbol.dispose]() {
      for (const [key, entry] of entries) forget(key, entry);
    },
  };
}

const keyOf = ({ tenantId, roomId }: RoomKey): string => `${tenantId}/${roomId}`;
