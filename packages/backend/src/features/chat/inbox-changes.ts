import type { Bell } from '../../realtime/bell.ts';
import type { RoomFollowing } from './room-followers.ts';
import type { RoomActivity, RoomPulse } from './room-pulse.ts';
import type { RoomPulses } from './room-pulses.ts';

/** What has to be told of a room. It is only ever noted that something is due, so nothing queues for a slow reader. */
export interface RoomChange {
  activity: RoomActivity | null;
  /** The room has to be read as it is stored; whatever else was noted is in that. */
  isStale: boolean;
  /** The reader's marker has moved. */
  isRead: boolean;
}

/** What has changed for one reader's list since it was last looked at. Rings the bell. */
export interface InboxChanges extends Disposable {
  /** Listens to these rooms. Whatever happens after it has resolved, and after what is then read, is noted. */
  open(roomIds: readonly string[]): Promise<void>;
  /** What a room's log says has been read up to there. */
  startAt(roomId: string, seq: number): void;
  close(roomId: string): void;
  note(roomId: string, what: 'isStale' | 'isRead'): void;
  fail(err: unknown): void;
  /** What was noted. Throws when something cannot be followed any more. */
  take(): ReadonlyMap<string, RoomChange>;
}

export function createInboxChanges(
  pulses: RoomPulses,
  { tenantId, userId }: { tenantId: string; userId: string },
  bell: Bell,
): InboxChanges {
  const open = new Map<string, RoomFollowing>();
  let changes = new Map<string, RoomChange>();
  let failure: { err: unknown } | null = null;

  const changeOf = (roomId: string): RoomChange => {
    const change = changes.get(roomId) ?? { activity: null, isStale: false, isRead: false };
    changes.set(roomId, change);
    bell.ring();
    return change;
  };
  const onPulse = (roomId: string, { activity, stale }: RoomPulse): void => {
    const change = changeOf(roomId);
    change.isStale ||= stale === 'everybody' || stale.has(userId) || change.activity !== null;
    change.activity = activity;
  };
  const fail = (err: unknown): void => {
    failure ??= { err };
    bell.ring();
  };

  return {
    async open(roomIds) {
      for (const roomId of roomIds) {
        if (open.has(roomId)) continue;
        const listener = { onPulse: (pulse: RoomPulse) => onPulse(roomId, pulse), onBroken: fail };
        open.set(roomId, pulses.listen({ tenantId, roomId }, listener));
      }
      await Promise.all(roomIds.map(async (roomId) => await open.get(roomId)?.ready));
    },
    startAt: (roomId, seq) => open.get(roomId)?.startAt(seq),
    close(roomId) {
      open.get(roomId)?.[Symbol.dispose]();
      open.delete(roomId);
    },
    note(roomId, what) {
      changeOf(roomId)[what] = true;
    },
    fail,
    take() {
      if (failure !== null) throw failure.err;
      const taken = changes;
      changes = new Map();
      return taken;
    },
    [Symbol.dispose]() {
      for (const following of open.values()) following[Symbol.dispose]();
      open.clear();
    },
  };
}
