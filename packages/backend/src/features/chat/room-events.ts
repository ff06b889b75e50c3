import type { RoomEvent, RoomEventsInput, RoomState } from '@aura/contract';
import type { TrackedEnvelope } from '@trpc/server';
import type { CallerContext } from '../../context.ts';
import { withTransaction } from '../../db/transaction.ts';
import type { Reset } from '../../realtime/resume.ts';
import { readRoom } from './get-room.ts';
import { enterRoom } from './room-access.ts';
import { roomFeed } from './room-feed.ts';
import { roomEvent } from './room-view.ts';

/**
 * Everything that happens in a room: from a cursor on; without one, or with one that is of no use, from a fresh start
 * (`reset`). Ends with FORBIDDEN as soon as the caller is no member any more, and nothing that came after is told.
 */
export async function* roomEvents(
  ctx: CallerContext,
  { roomId, lastEventId }: RoomEventsInput,
  signal: AbortSignal,
): AsyncGenerator<TrackedEnvelope<RoomEvent | Reset<{ state: RoomState }>>, void, undefined> {
  await withTransaction(ctx, async ({ db }) => await enterRoom(db, ctx.caller, { roomId }));
  yield* roomFeed<RoomEvent, { state: RoomState }>(ctx, {
    roomId,
    lastEventId,
    signal,
    start: 'snapshot',
    readSnapshot: async () => {
      const { state, cursor, viewer } = await readRoom(ctx, { roomId });
      return { state: { state }, cursor, viewer };
    },
    view: (event, redactor) => redactor.roomEvent(roomEvent(event)),
  });
}
