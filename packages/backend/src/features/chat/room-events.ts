import type { RoomEvent, RoomEventsInput, RoomState } from '@aura/contract';
import type { TrackedEnvelope } from '@trpc/server';
import type { CallerContext } from '../../context.ts';
import { withSnapshot } from '../../db/transaction.ts';
import { readStreamHead } from '../../realtime/read-events.ts';
import type { Reset } from '../../realtime/resume.ts';
import { readRoom } from './get-room.ts';
import { enterRoom } from './room-access.ts';
import { roomFeed } from './room-feed.ts';
import { roomEvent } from './room-view.ts';

type RoomFeed = AsyncGenerator<TrackedEnvelope<RoomEvent | Reset<{ state: RoomState }>>, void, undefined>;

/**
 * Everything that happens in a room: from a cursor on; without one, or with one that is of no use, from a fresh start
 * (`reset`). Ends with FORBIDDEN as soon as the caller is no member any more, and nothing that came after is told.
 * Rejects before it begins for somebody who is not in the room.
 */
export async function roomEvents(
  ctx: CallerContext,
  { roomId, lastEventId }: RoomEventsInput,
  signal: AbortSignal,
): Promise<RoomFeed> {
  const { viewer, stream } = await withSnapshot(ctx, async (db) => {
    const place = await readStreamHead(db, roomId);
    const { room, me } = await enterRoom(db, ctx.caller, { roomId });
    if (place === null) throw new Error('a room without its stream');
    const { userId, role } = ctx.caller;
    return { stream: place, viewer: { userId, role, room: { ...room, role: me.role } } };
  });
  return roomFeed<RoomEvent, { state: RoomState }>(ctx, {
    roomId,
    stream,
    viewer,
    feed: 'room',
    lastEventId,
    signal,
    start: 'snapshot',
    readSnapshot: async () => {
      const snapshot = await readRoom(ctx, { roomId });
      return { state: { state: snapshot.state }, cursor: snapshot.cursor, viewer: snapshot.viewer };
    },
    view: (event, redactor) => redactor.roomEvent(roomEvent(event)),
  });
}
