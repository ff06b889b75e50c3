import type { RoomEvent, RoomEventsInput, RoomState } from '@aura/contract';
import type { TrackedEnvelope } from '@trpc/server';
import { AppError } from '../../app-error.ts';
import type { CallerContext } from '../../context.ts';
import { withTransaction } from '../../db/transaction.ts';
import { readStreamHead } from '../../realtime/read-events.ts';
import { type Reset, resumeFeed } from '../../realtime/resume.ts';
import { getRoom } from './get-room.ts';
import { enterRoom } from './room-access.ts';
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
  const { userId } = ctx.caller;
  // The head first: whoever was removed up to there, and is a member after all, has come back.
  const stream = await withTransaction(ctx, async ({ db }) => {
    const place = await readStreamHead(db, roomId);
    await enterRoom(db, ctx.caller, { roomId });
    return place;
  });
  const from = stream?.head ?? 0;
  yield* resumeFeed(ctx, {
    streamId: roomId,
    stream,
    lastEventId,
    signal,
    start: 'snapshot',
    readSnapshot: async () => {
      const { state, cursor } = await getRoom(ctx, { roomId });
      return { state: { state }, cursor };
    },
    viewKey: 'room',
    view: roomEvent,
    isLast: (event) => event.seq > from && isDepartureOf(userId, roomEvent(event)),
  });
  if (!signal.aborted) throw new AppError('FORBIDDEN', { message: 'You are not in this room any more.' });
}

const isDepartureOf = (userId: string, event: RoomEvent): boolean =>
  event.type === 'member_left' && event.data.userId === userId;
