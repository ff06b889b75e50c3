import { randomUUID } from 'node:crypto';
import {
  type CreateRoomInput,
  type ErrorCode,
  parseCursor,
  type RoomEvent,
  type RoomFeedEvent,
  type RoomRole,
  type RoomState,
  type ThreadState,
  applyRoomEvent,
  applyThreadEvent,
} from '@aura/contract';
import { isTrackedEnvelope } from '@trpc/server';
import { expect } from 'vitest';
import { AppError } from '../../app-error.ts';
import type { Backend } from '../../create-backend.ts';
import { createTestCaller, type TestCaller } from '../../testing/test-caller.ts';
import { roomEvents } from './room-events.ts';

export interface TestRoom {
  roomId: string;
  owner: TestCaller;
  /** Those invited, in order. */
  members: TestCaller[];
}

/** A room with its owner and so many members, all of them new. */
export async function createTestRoom(
  backend: Backend,
  { memberCount = 1, ...input }: Partial<CreateRoomInput> & { memberCount?: number } = {},
): Promise<TestRoom> {
  const owner = await createTestCaller(backend);
  const members = await Promise.all(
    Array.from({ length: memberCount }, async () => await createTestCaller(backend)),
  );
  const userIds = members.map(({ ctx }) => ctx.caller.userId);
  const room = await owner.call.chat.createRoom({ clientId: randomUUID(), name: 'Room', userIds, ...input });
  return { roomId: room.id, owner, members };
}

/** Says something, under a clientId of its own. */
export async function say(
  { call }: TestCaller,
  roomId: string,
  text: string,
): Promise<{ messageId: string; seq: number }> {
  return await call.chat.postMessage({ roomId, text, clientId: randomUUID() });
}

/** What a member is told after `lastEventId`, until `until` holds. */
export async function followRoom(
  { ctx }: TestCaller,
  roomId: string,
  { lastEventId, until }: { lastEventId?: string; until: (event: RoomFeedEvent) => boolean },
): Promise<{ events: RoomFeedEvent[]; lastEventId: string }> {
  const events: RoomFeedEvent[] = [];
  for await (const envelope of await roomEvents(ctx, { roomId, lastEventId }, AbortSignal.timeout(10_000))) {
    if (!isTrackedEnvelope(envelope)) throw new Error('an event came without its cursor');
    events.push(envelope[1]);
    if (until(envelope[1])) return { events, lastEventId: envelope[0] };
  }
  throw new Error(`the feed ended; last: ${JSON.stringify(events.at(-1))}`);
}

/**
 * Proves that what a member had loaded before `action`, with what the feed then tells, is what a fresh reader loads.
 * Answers the fresh state.
 */
export async function expectRoomConverges(
  reader: TestCaller,
  roomId: string,
  action: () => Promise<unknown>,
): Promise<RoomState> {
  const before = await reader.call.chat.getRoom({ roomId });
  await action();
  const fresh = await reader.call.chat.getRoom({ roomId });
  const head = parseCursor(fresh.cursor)?.seq ?? 0;
  expect(head).toBeGreaterThan(parseCursor(before.cursor)?.seq ?? 0);
  const { events, lastEventId } = await followRoom(reader, roomId, {
    lastEventId: before.cursor,
    until: ({ seq }) => seq === head,
  });
  expect(lastEventId).toBe(fresh.cursor);
  expect(events.reduce(applyRoomEvent, before.state)).toEqual(fresh.state);
  return fresh.state;
}

/** Proves of a thread what `expectRoomConverges` does of its room, and that as well. */
export async function expectThreadConverges(
  reader: TestCaller,
  { roomId, threadOf: messageId }: { roomId: string; threadOf: string },
  action: () => Promise<unknown>,
): Promise<{ thread: ThreadState; room: RoomState }> {
  const before = await reader.call.chat.getThread({ roomId, messageId });
  const room = await expectRoomConverges(reader, roomId, action);
  const fresh = await reader.call.chat.getThread({ roomId, messageId });
  const head = parseCursor(fresh.cursor)?.seq ?? 0;
  const { events } = await followRoom(reader, roomId, {
    lastEventId: before.cursor,
    until: ({ seq }) => seq === head,
  });
  expect(noReset(events).reduce(applyThreadEvent, before.state)).toEqual(fresh.state);
  return { thread: fresh.state, room };
}

export const noReset = (events: readonly RoomFeedEvent[]): RoomEvent[] =>
  events.map((event) => {
    if (event.type === 'reset') throw new Error('a reader was sent to the start');
    return event;
  });

/** A room with one person in each role, and somebody of the tenant who is not in it. */
export interface StaffedRoom {
  roomId: string;
  owner: TestCaller;
  moderator: TestCaller;
  member: TestCaller;
  stranger: TestCaller;
}

export async function createStaffedRoom(
  backend: Backend,
  input: Partial<CreateRoomInput> = {},
): Promise<StaffedRoom> {
  const { roomId, owner, members } = await createTestRoom(backend, { ...input, memberCount: 2 });
  const [moderator, member] = members;
  if (moderator === undefined || member === undefined) throw new Error('not enough members');
  await owner.call.chat.setMemberRole({ roomId, userId: idOf(moderator), role: 'moderator' });
  return { roomId, owner, moderator, member, stranger: await createTestCaller(backend) };
}

/** By rows alone: what gives somebody another role, or has them leave, is tested where it is done. */
export async function setRole(
  { database }: Pick<Backend, 'database'>,
  roomId: string,
  { caller, role }: { caller: TestCaller; role: RoomRole | null },
): Promise<void> {
  const { userId } = caller.ctx.caller;
  const { db } = database;
  if (role === null) {
    await db.deleteFrom('roomMembers').where('roomId', '=', roomId).where('userId', '=', userId).execute();
    return;
  }
  await db
    .updateTable('roomMembers')
    .set({ role })
    .where('roomId', '=', roomId)
    .where('userId', '=', userId)
    .execute();
}

export const idOf = ({ ctx }: TestCaller): string => ctx.caller.userId;

/** How many events a room's log has: what changes nothing adds none. */
export async function roomHead(reader: TestCaller, roomId: string): Promise<number> {
  return parseCursor((await reader.call.chat.getRoom({ roomId })).cursor)?.seq ?? 0;
}

/** What the audit log says of a room, in order. */
export async function auditOf(
  backend: Backend,
  roomId: string,
): Promise<{ action: string; data: unknown }[]> {
  return await backend.database.db
    .selectFrom('auditLog')
    .select(['action', 'data'])
    .where('subject', '=', roomId)
    .orderBy('id')
    .execute();
}

/** What a rejection with this code looks like to a caller in the process. */
export const failure = (code: ErrorCode): { cause: { code: ErrorCode } } => ({ cause: { code } });

/** A feed that is open when this resolves, with what it then tells until it ends, and the code it ends with. */
export async function openRoomFeed(
  reader: TestCaller,
  roomId: string,
): Promise<{ ended: Promise<{ events: RoomFeedEvent[]; code: ErrorCode | null }> }> {
  const feed = await roomEvents(reader.ctx, { roomId }, AbortSignal.timeout(20_000));
  // The fresh start that a reader without a cursor gets.
  await feed.next();
  const events: RoomFeedEvent[] = [];
  const read = async (): Promise<{ events: RoomFeedEvent[]; code: ErrorCode | null }> => {
    try {
      for await (const envelope of feed) if (isTrackedEnvelope(envelope)) events.push(envelope[1]);
      return { events, code: null };
    } catch (err) {
      if (!(err instanceof AppError)) throw err;
      return { events, code: err.code };
    }
  };
  return { ended: read() };
}
