import { formatCursor, type RoomMessageRef, type ThreadState } from '@aura/contract';
import { notFound } from '../../app-error.ts';
import type { CallerContext } from '../../context.ts';
import { withSnapshot } from '../../db/transaction.ts';
import { readStreamHead } from '../../realtime/read-events.ts';
import { activeRuns } from '../agent/active-runs.ts';
import { readRuns } from '../conversation/read-runs.ts';
import { redactFor } from './redact-for.ts';
import { enterRoom } from './room-access.ts';
import { findMessage, messagesBefore } from './room-message-store.ts';
import { roomMessageViews } from './room-message-view.ts';
import { viewerIn } from './room-standing.ts';

const WINDOW_REPLIES = 50;

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
    const page = { ...place, threadOf: messageId, before: null, limit: WINDOW_REPLIES };
    const { rows, hasMore } = await messagesBefore(db, page);
    const active = (await activeRuns({ db }, room)).filter(({ threadOf }) => threadOf === messageId);
    const runIds = [...rows.map(({ runId }) => runId), ...active.map(({ id }) => id)];
    const [message, ...replies] = await roomMessageViews(db, [root, ...rows]);
    if (message === undefined) throw new Error('a message without a view');
    const state: ThreadState = {
      message,
      replies,
      runs: await readRuns(db, room, runIds, redactFor(viewerIn(ctx.caller, { room, me })).runEvent),
      hasOlderReplies: hasMore,
    };
    return { state, cursor: formatCursor({ epoch: stream.epoch, seq: stream.head }) };
  });
}
