import { formatCursor, type RoomState } from '@aura/contract';
import type { CallerContext } from '../../context.ts';
import { withSnapshot } from '../../db/transaction.ts';
import { readStreamHead } from '../../realtime/read-events.ts';
import { readWindow } from './read-window.ts';
import { enterRoom } from './room-access.ts';
import { pinnedIds } from './room-message-store.ts';
import { type Viewer, viewerIn } from './room-standing.ts';
import { listMembers } from './room-store.ts';
import { roomMemberView, roomView } from './room-view.ts';

export interface RoomSnapshot {
  state: RoomState;
  cursor: string;
  readSeq: number;
}

/** A room with its newest messages, the cursor to follow it from, and how far the caller has read, all of one moment. */
export async function getRoom(ctx: CallerContext, input: { roomId: string }): Promise<RoomSnapshot> {
  const { viewer: _, ...snapshot } = await readRoom(ctx, input);
  return snapshot;
}

/** As `getRoom`, with how the caller stands in the room at that moment. */
export async function readRoom(
  ctx: CallerContext,
  { roomId }: { roomId: string },
): Promise<RoomSnapshot & { viewer: Viewer }> {
  const place = { tenantId: ctx.caller.tenantId, roomId };
  return await withSnapshot(ctx, async (db) => {
    const { room, me } = await enterRoom(db, ctx.caller, { roomId });
    const stream = await readStreamHead(db, roomId);
    if (stream === null) throw new Error('a room without its stream');
    const viewer = viewerIn(ctx.caller, { room, me });
    const { messages, runs, hasOlder } = await readWindow(db, room, { threadOf: null, viewer });
    const state: RoomState = {
      room: roomView(room),
      members: (await listMembers(db, place)).map(roomMemberView),
      messages,
      runs,
      pins: await pinnedIds(db, place),
      hasOlderMessages: hasOlder,
    };
    const cursor = formatCursor({ epoch: stream.epoch, seq: stream.head });
    return { state, cursor, readSeq: me.readSeq, viewer };
  });
}
