import { formatCursor, type RoomMessageRef, type ThreadState } from '@aura/contract';
import { notFound } from '../../app-error.ts';
import type { CallerContext } from '../../context.ts';
import { withSnapshot } from '../../db/transaction.ts';
import { readStreamHead } from '../../realtime/read-events.ts';
import { readWindow } from './read-window.ts';
import { enterRoom } from './room-access.ts';
import { findMessage } from './room-message-store.ts';
import { roomMessageViews } from './room-message-view.ts';
import { viewerIn } from './room-standing.ts';

/**
 * A thread with its newest replies and what the agent did in it, and the cursor of the room's log to follow it from, all of
 * one moment. Throws NOT_FOUND for a message that is none of the room's own.
 */
export async function getThread(
  ctx: CallerContext,
  { roomId, messageId }: RoomMessageRef,
): Promise<{ state: ThreadState; cursor: string }> {
  const place = { tenantId: ctx.caller.tenantId, roomId };
  return await withSnapshot(ctx, async (db) => {
    const { room, me } = await enterRoom(db, ctx.caller, { roomId });
    const root = await findMessage(db, { ...place, messageId });
    const stream = await readStreamHead(db, roomId);
    if (stream === null || root === undefined || root.threadOf !== null) throw notFound('message');
    const viewer = viewerIn(ctx.caller, { room, me });
    const { messages, runs, hasOlder } = await readWindow(db, room, { threadOf: messageId, viewer });
    const [message] = await roomMessageViews(db, [root]);
    if (message === undefined) throw new Error('a message without a view');
    const state: ThreadState = { message, replies: messages, runs, hasOlderReplies: hasOlder };
    return { state, cursor: formatCursor({ epoch: stream.epoch, seq: stream.head }) };
  });
}
