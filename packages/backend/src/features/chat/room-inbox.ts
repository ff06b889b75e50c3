import { randomBytes } from 'node:crypto';
import type { RoomInboxEvent, RoomListItem } from '@aura/contract';
import { tracked, type TrackedEnvelope } from '@trpc/server';
import type { Kysely } from 'kysely';
import type { CallerContext } from '../../context.ts';
import type { Schema } from '../../db/schema.ts';
import { withSnapshot, withTransaction } from '../../db/transaction.ts';
import { followStream } from '../../realtime/follow-stream.ts';
import { readStreamHead } from '../../realtime/read-events.ts';
import { accountEvent } from '../account/account-event.ts';
import { findUserStreamId } from '../account/user-stream.ts';
import { createBell } from '../../realtime/bell.ts';
import { createInboxChanges, type InboxChanges } from './inbox-changes.ts';
import { settleInbox } from './settle-inbox.ts';
import { listedRooms } from './room-list-store.ts';
import { roomListItem } from './room-list-view.ts';
import { findHeads, findRoomIdsOf } from './room-store.ts';

/** So many rooms a list has at its start; of the others it shows those in which something happens. */
const LISTED_MAX = 500;
/** So many rooms are listened to from the start. */
const FOLLOWED_MAX = 1_000;

/**
 * The caller's rooms: first as they stand (`reset`, at every start, so that nothing missed matters), then what changes. A
 * list that takes every event is what `chat.listRooms` would answer. `lastEventId` is taken and means nothing.
 */
export async function* roomInbox(
  ctx: CallerContext,
  signal: AbortSignal,
): AsyncGenerator<TrackedEnvelope<RoomInboxEvent>, void, undefined> {
  using stack = new DisposableStack();
  const ending = stack.adopt(new AbortController(), (controller) => controller.abort());
  const ended = AbortSignal.any([signal, ending.signal]);
  using bell = createBell(ended);
  const changes = stack.use(createInboxChanges(ctx.roomPulses, ctx.caller, bell));
  // Listening begins before anything is read, so that nothing falls between the two.
  const roomIds = await followAccount(ctx, changes, ended);
  await changes.open(roomIds);
  const listed = new Set<string>();
  const prefix = randomBytes(9).toString('base64url');
  let count = 0;
  {
    using _turn = await ctx.flow?.turn(signal);
    if (signal.aborted) return;
    const rooms = await readRooms(ctx, changes, roomIds);
    for (const { room } of rooms) listed.add(room.id);
    yield tracked(`${prefix}.${++count}`, { type: 'reset', data: { rooms } });
  }
  while (!signal.aborted) {
    await bell.rung();
    await ctx.flow?.ready(signal);
    if (signal.aborted) return;
    for (const event of await settleInbox(ctx, changes, listed)) {
      yield tracked(`${prefix}.${++count}`, event);
    }
  }
}

/** Notes what happens to the caller's membership and markers, from now on; answers the rooms the caller is in now. */
async function followAccount(
  ctx: CallerContext,
  changes: InboxChanges,
  signal: AbortSignal,
): Promise<string[]> {
  const { tenantId, userId } = ctx.caller;
  const { streamId, head, roomIds } = await withTransaction(ctx, async ({ db }) => {
    const id = await findUserStreamId(db, ctx.caller);
    const stream = await readStreamHead(db, id);
    const joined = await findRoomIdsOf(db, { tenantId, userId, limit: FOLLOWED_MAX });
    return { streamId: id, head: stream?.head ?? 0, roomIds: joined };
  });
  const follow = async (): Promise<void> => {
    using watch = ctx.hub.watch(streamId);
    const request = { tenantId, streamId, after: head, signal };
    for await (const stored of followStream({ watch, pageReader: ctx.pageReader }, request)) {
      const event = accountEvent(stored);
      if (event.type === 'room_joined' || event.type === 'room_left') {
        changes.note(event.data.roomId, 'isStale');
      } else if (event.type === 'room_read') changes.note(event.data.roomId, 'isRead');
    }
  };
  void follow().catch((err: unknown) => changes.fail(err));
  return roomIds;
}

async function readRooms(
  ctx: CallerContext,
  changes: InboxChanges,
  roomIds: readonly string[],
): Promise<RoomListItem[]> {
  return await withSnapshot(ctx, async (db: Kysely<Schema>) => {
    const { tenantId, userId } = ctx.caller;
    const filter = { tenantId, userId, scope: 'mine' as const, isArchived: false, roomId: null, words: [] };
    const rows = await listedRooms(db, { ...filter, after: null, limit: LISTED_MAX });
    for (const [roomId, head] of await findHeads(db, { tenantId, roomIds })) changes.startAt(roomId, head);
    // Joined in between, or left out among very many: listened to from the first look on.
    for (const { id } of rows) if (!roomIds.includes(id)) changes.note(id, 'isStale');
    return rows.map(roomListItem);
  });
}
