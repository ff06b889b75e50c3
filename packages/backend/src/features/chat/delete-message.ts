import type { RoomMessageRef } from '@aura/contract';
import type { CallerContext } from '../../context.ts';
import { readNow } from '../../db/database-now.ts';
import { withTransaction } from '../../db/transaction.ts';
import { announceInRoom } from './announce-in-room.ts';
import { deleteBlobs } from './delete-blobs.ts';
import { assertMayDelete } from './chat-policy.ts';
import { holdMessage } from './hold-message.ts';
import { emptyMessage, scrubLog } from './message-change-store.ts';

/**
 * Takes a message back: its place stays, its words, mentions, reactions, files and pin go, from the log as well, so that
 * who resumes from long ago reads nothing of it either. Replies to it stay. Of the agent's answers the words go; what the
 * run thought and did stays with the run. For its author, owners and moderators, muted or not, also in an archived room.
 * Again: nothing happens.
 */
export async function deleteMessage(
  ctx: CallerContext,
  input: RoomMessageRef,
): Promise<Record<string, never>> {
  const { tenantId, userId } = ctx.caller;
  const { roomId, messageId } = input;
  const files = await withTransaction(ctx, async (tx) => {
    const { me, message } = await holdMessage(tx, ctx, input);
    assertMayDelete(me, message);
    if (message.deletedAt !== null) return [];
    const deletedAt = await readNow(tx.db);
    const fileIds = await emptyMessage(tx.db, { messageId, deletedAt });
    await scrubLog(tx.db, message);
    const data = { messageId, by: userId, deletedAt: deletedAt.toISOString() };
    await announceInRoom(tx, { tenantId, roomId }, { events: [{ type: 'message_deleted', data }] });
    return fileIds;
  });
  await deleteBlobs(ctx, files);
  return {};
}
