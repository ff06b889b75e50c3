import type { RoomMessageRef } from '@aura/contract';
import { notFound } from '../../app-error.ts';
import type { CallerContext } from '../../context.ts';
import { readNow } from '../../db/database-now.ts';
import { type Tx, withTransaction } from '../../db/transaction.ts';
import { stopRuns } from '../agent/stop-runs.ts';
import { NO_HINTS, tellRunner, type RunHints } from '../agent/tell-runner.ts';
import { announceInRoom } from './announce-in-room.ts';
import { assertMayDelete } from './chat-policy.ts';
import { deleteBlobs } from './delete-blobs.ts';
import { emptyMessage, scrubLog } from './message-change-store.ts';
import { enterRoom } from './room-access.ts';
import { findMessage } from './room-message-store.ts';

/**
 * Takes a message back: its place stays, its words, mentions, reactions, files and pin go, from the log as well, so that
 * who resumes from long ago reads nothing of it either. Replies to it stay, and none comes after them: what the agent is
 * at in its thread is stopped. Of the agent's answers the words go; what the run thought and did stays with the run. For
 * its author, owners and moderators, muted or not, also in an archived room. Again: nothing happens.
 */
export async function deleteMessage(
  ctx: CallerContext,
  input: RoomMessageRef,
): Promise<Record<string, never>> {
  const { files, hints } = await withTransaction(ctx, async (tx) => await takeBack(tx, ctx, input));
  tellRunner(ctx.runner, hints);
  await deleteBlobs(ctx, files);
  return {};
}

/** What `deleteMessage` does in its transaction; the rest is done after it. */
export async function takeBack(
  tx: Tx,
  ctx: CallerContext,
  input: RoomMessageRef,
): Promise<{ files: string[]; hints: RunHints }> {
  const { tenantId, userId } = ctx.caller;
  const { roomId, messageId } = input;
  const { me } = await enterRoom(tx.db, ctx.caller, { roomId, hold: 'conversation' });
  // Not locked: a run's lock comes before it, and whoever else would change it waits for the room.
  const message = await findMessage(tx.db, { tenantId, roomId, messageId });
  if (message === undefined) throw notFound('message');
  assertMayDelete(me, message);
  if (message.deletedAt !== null) return { files: [], hints: NO_HINTS };
  const stopped = await stopRuns(tx, ctx, { conversationId: roomId, threadOf: messageId });
  const deletedAt = await readNow(tx.db);
  const files = await emptyMessage(tx.db, { messageId, deletedAt });
  await scrubLog(tx.db, message);
  const data = { messageId, by: userId, deletedAt: deletedAt.toISOString() };
  await announceInRoom(
    tx,
    { tenantId, roomId },
    { events: [...stopped.events, { type: 'message_deleted', data }], appends: stopped.notices },
  );
  return { files, hints: stopped.hints };
}
