import type { RoomEvent } from '@aura/contract';
import type { Database } from '../../db/database.ts';
import { NO_HUB, withSnapshot } from '../../db/transaction.ts';
import type { Bus } from '../../realtime/bus.ts';
import type { Presence } from '../../realtime/presence.ts';
import { readStreamHead } from '../../realtime/read-events.ts';
import type { Timers } from '../../realtime/timers.ts';
import type { RoomFollowers } from './room-followers.ts';
import {
  createRoomMoment,
  type RoomMoment,
  type RoomRoster,
  type Typing,
  TYPING_TTL_MS,
} from './room-moment.ts';
import { findRoom, listMembers, type RoomKey } from './room-store.ts';

export interface OpenMomentParts {
  database: Database;
  bus: Bus;
  presence: Presence;
  followers: RoomFollowers;
  timers: Timers;
  nodeId: string;
  onError(err: unknown): void;
}

/** A room's moment, kept current by the room's own events, by presence and by what other nodes say of typing. */
export interface OpenMoment extends Disposable {
  moment: RoomMoment;
  /** Tells this node at once, and others unless they know already. */
  sayTyping(typing: Typing): void;
}

/** Others are told again so often that somebody is typing still. */
const RENEW_MS = TYPING_TTL_MS / 3;

/** `onBroken`: it has failed, and a new one has to be opened. */
export async function openRoomMoment(
  parts: OpenMomentParts,
  room: RoomKey,
  onBroken: () => void,
): Promise<OpenMoment> {
  using stack = new DisposableStack();
  const { bus, nodeId, timers, onError } = parts;
  const channel = `aura:typing:${room.roomId}`;
  let moment: RoomMoment | null = null;
  const early: RoomEvent[] = [];
  const failures: unknown[] = [];
  const following = stack.use(
    parts.followers.follow(room, {
      onEvent: (event) => (moment === null ? void early.push(event) : moment.apply(event)),
      onBroken(err) {
        failures.push(err);
        moment?.fail(err);
        onBroken();
      },
    }),
  );
  const presence = stack.use(parts.presence.watch(room.tenantId, () => moment?.touch()));
  const typing = await bus.subscribe(channel, (text) => {
    const heard = readTyping(nodeId, text);
    if (heard !== null) moment?.setTyping(heard);
  });
  stack.defer(() => typing.unsubscribe());
  await following.ready;
  const roster = await readRoster(parts.database, room);
  const isOnline = (userId: string): boolean => presence.isOnline(userId);
  const opened = stack.use(createRoomMoment({ timers, isOnline, onError }, roster));
  moment = opened;
  for (const event of early) opened.apply(event);
  for (const err of failures) opened.fail(err);
  following.startAt(roster.headSeq);
  const renewedAtMs = new Map<string, number>();
  const owned = stack.move();
  return {
    moment: opened,
    sayTyping({ userId, isTyping }) {
      const isNews = opened.setTyping({ userId, isTyping });
      const isDue = isTyping && timers.nowMs() - (renewedAtMs.get(userId) ?? -Infinity) >= RENEW_MS;
      if (!isNews && !isDue) return;
      if (isTyping) renewedAtMs.set(userId, timers.nowMs());
      else renewedAtMs.delete(userId);
      bus.publish(channel, `${nodeId} ${isTyping ? '+' : '-'}${userId}`);
    },
    [Symbol.dispose]: () => owned.dispose(),
  };
}

async function readRoster(database: Database, { tenantId, roomId }: RoomKey): Promise<RoomRoster> {
  const scope = { database, hub: NO_HUB, caller: { tenantId, userId: tenantId } };
  return await withSnapshot(scope, async (db) => {
    const stream = await readStreamHead(db, roomId);
    const room = await findRoom(db, { tenantId, roomId });
    if (stream === null || room === undefined) throw new Error('a room that is not there');
    const members = await listMembers(db, { tenantId, roomId });
    return {
      headSeq: stream.head,
      isArchived: room.archivedAt !== null,
      members: new Map(members.map(({ userId, mutedUntil }) => [userId, { mutedUntil }])),
    };
  });
}

const TYPING = /^(\S+) ([+-])([0-9a-f-]{36})$/;

/** Who is typing, as another node says; null when this one said it, or when it makes no sense. */
function readTyping(nodeId: string, text: string): Typing | null {
  const [, from, sign, userId] = TYPING.exec(text) ?? [];
  if (userId === undefined || from === nodeId) return null;
  return { userId, isTyping: sign === '+' };
}
