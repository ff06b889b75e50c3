import { formatCursor, type RoomState } from '@aura/contract';
import type { CallerContext } from '../../context.ts';
import { withSnapshot } from '../../db/transaction.ts';
import { readStreamHead } from '../../realtime/read-events.ts';
import { readRuns } from '../conversation/read-runs.ts';
import { enterRoom } from './room-access.ts';
import { messagesBefore, pinnedMessages } from './room-message-store.ts';
import { roomMessageViews } from './room-message-view.ts';
import { listMembers } from './room-store.ts';
import { roomMemberView, roomView } from './room-view.ts';

const WINDOW_MESSAGES = 50;

/** A room with its newest messages, the cursor to follow it from, and how far the caller has read, all of one moment. */
export async function getRoom(
  ctx: CallerContext,
  { roomId }: { roomId: string },
): Promise<{ state: RoomState; cursor: string; readSeq: number }> {
  const { tenantId } = ctx.caller;
  const place = { tenantId, roomId };
  return await withSnapshot(ctx, async (db) => {
    const { room, me } = await enterRoom(db, ctx.caller, { roomId });
    const stream = await readStreamHead(db, roomId);
    if (stream === null) throw new Error('a room without its stream');
    const page = { ...place, threadOf: null, before: null, limit: WINDOW_MESSAGES };
    const { rows, hasMore } = await messagesBefore(db, page);
    const state: RoomState = {
      room: roomView(room),
      members: (await listMembers(db, place)).map(roomMemberView),
      messages: await roomMessageViews(db, rows),
      runs: await readRuns(db, room, rows),
      pins: (await pinnedMessages(db, place)).map(({ id }) => id),
      hasOlderMessages: hasMore,
    };
    return {
      state,
      cursor: formatCursor({ epoch: stream.epoch, seq: stream.head }),
      readSeq: me.readSeq,
    };
  });
}
