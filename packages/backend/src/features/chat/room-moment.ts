import type { RoomEphemeralEvent, RoomEvent } from '@aura/contract';
import { tellAll } from '../../realtime/tell-all.ts';
import type { Timers } from '../../realtime/timers.ts';

/** Whoever does not say again that they are typing has stopped. */
export const TYPING_TTL_MS = 6_000;
/** Subscribers are told so often at most. */
const INTERVAL_MS = 1_000;
/** What comes together goes out together. */
const GATHER_MS = 50;

/** A room as its tables have it, and how far into its log that is. */
export interface RoomRoster {
  headSeq: number;
  isArchived: boolean;
  members: Map<string, RosterEntry>;
}

export interface RosterEntry {
  mutedUntil: Date | null;
}

/** What somebody says of themselves. */
export interface Typing {
  userId: string;
  isTyping: boolean;
}

/** How things stand: one frozen object for everybody who is told. */
export interface Told {
  version: number;
  now: Extract<RoomEphemeralEvent, { type: 'now' }>;
  /** What is new since the version before; null in the first. */
  changed: Extract<RoomEphemeralEvent, { type: 'changed' }> | null;
}

/** What is true for a moment in one room: which of its members are online, and who of them is typing. */
export interface RoomMoment extends Disposable {
  readonly told: Told;
  /** How far into the room's log `memberOf` is good. */
  readonly seq: number;
  readonly isArchived: boolean;
  memberOf(userId: string): RosterEntry | undefined;
  /** True when that is news. */
  setTyping(typing: Typing): boolean;
  apply(event: RoomEvent): void;
  /** Somebody may have come online or gone. */
  touch(): void;
  /** It cannot be kept current any more, for this reason. */
  fail(err: unknown): void;
  readonly failure: { err: unknown } | null;
  /** Calls `wake` when there is something to tell, somebody is a member no more, or it failed. */
  onChange(wake: () => void): Disposable;
}

export interface RoomMomentParts {
  timers: Timers;
  isOnline(userId: string): boolean;
  onError(err: unknown): void;
}

export function createRoomMoment(parts: RoomMomentParts, roster: RoomRoster): RoomMoment {
  const { timers } = parts;
  const { members } = roster;
  let { headSeq: seq, isArchived } = roster;
  const typingUntilMs = new Map<string, number>();
  const wakes = new Set<() => void>();
  let toldAtMs = -Infinity;
  let timer: { atMs: number; handle: Disposable } | null = null;
  let failure: RoomMoment['failure'] = null;

  const look = (): Told['now']['data'] => ({
    online: [...members.keys()].filter((userId) => parts.isOnline(userId)),
    typing: [...typingUntilMs.keys()].filter((userId) => members.has(userId)),
  });
  let told: Told = frozen({ version: 1, now: { type: 'now', data: look() }, changed: null });

  const lookAt = (atMs: number): void => {
    if (timer !== null && timer.atMs <= atMs) return;
    timer?.handle[Symbol.dispose]();
    timer = { atMs, handle: timers.after(Math.max(0, atMs - timers.nowMs()), tell) };
  };
  const touch = (): void => lookAt(Math.max(timers.nowMs() + GATHER_MS, toldAtMs + INTERVAL_MS));

  function tell(): void {
    timer = null;
    const nowMs = timers.nowMs();
    for (const [userId, untilMs] of typingUntilMs) if (untilMs <= nowMs) typingUntilMs.delete(userId);
    const next = nextTold(told, look());
    if (next !== told) {
      told = next;
      toldAtMs = nowMs;
      tellAll(wakes, undefined, parts.onError);
    }
    if (typingUntilMs.size > 0) lookAt(Math.max(Math.min(...typingUntilMs.values()), toldAtMs + INTERVAL_MS));
  }

  const setTyping = ({ userId, isTyping }: Typing): boolean => {
    const wasTyping = typingUntilMs.has(userId);
    if (isTyping) typingUntilMs.set(userId, timers.nowMs() + TYPING_TTL_MS);
    else typingUntilMs.delete(userId);
    if (wasTyping !== isTyping) touch();
    return wasTyping !== isTyping;
  };

  return {
    get told() {
      return told;
    },
    get seq() {
      return seq;
    },
    get isArchived() {
      return isArchived;
    },
    memberOf: (userId) => members.get(userId),
    setTyping,
    apply(event) {
      if (event.seq <= seq) return;
      seq = event.seq;
      const { type, data } = event;
      if (type === 'member_joined' || type === 'member_updated') {
        const { userId, mutedUntil } = data.member;
        members.set(userId, { mutedUntil: mutedUntil === null ? null : new Date(mutedUntil) });
        touch();
      } else if (type === 'member_left') {
        members.delete(data.userId);
        touch();
        tellAll(wakes, undefined, parts.onError);
      } else if (type === 'room_updated') {
        isArchived = data.room.archivedAt !== null;
      } else if (type === 'message_posted' && data.message.authorId !== null) {
        // Whoever has said it is not typing it any more.
        setTyping({ userId: data.message.authorId, isTyping: false });
      }
    },
    touch,
    fail(err) {
      failure ??= { err };
      tellAll(wakes, undefined, parts.onError);
    },
    get failure() {
      return failure;
    },
    onChange(wake) {
      const own = (): void => wake();
      wakes.add(own);
      return { [Symbol.dispose]: () => wakes.delete(own) };
    },
    [Symbol.dispose]: () => timer?.handle[Symbol.dispose](),
  };
}

/** The version after `told`; `told` itself when nothing is new. */
function nextTold(told: Told, data: Told['now']['data']): Told {
  const [online, offline] = difference(told.now.data.online, data.online);
  const [typing, stopped] = difference(told.now.data.typing, data.typing);
  if (online.length + offline.length + typing.length + stopped.length === 0) return told;
  return frozen({
    version: told.version + 1,
    now: { type: 'now', data },
    changed: { type: 'changed', data: { online, offline, typing, stopped } },
  });
}

function difference(
  before: readonly string[],
  after: readonly string[],
): [added: string[], removed: string[]] {
  const [old, fresh] = [new Set(before), new Set(after)];
  return [[...fresh.difference(old)], [...old.difference(fresh)]];
}

/** Many readers share it. */
function frozen(told: Told): Told {
  for (const event of [told.now, told.changed]) {
    if (event === null) continue;
    for (const ids of Object.values(event.data)) Object.freeze(ids);
    Object.freeze(event.data);
    Object.freeze(event);
  }
  return Object.freeze(told);
}
