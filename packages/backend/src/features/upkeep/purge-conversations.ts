import { withSystemTransaction } from '../../db/transaction.ts';
import { inBatches } from './in-batches.ts';
import { deleteConversation, deleteSomeRows, lockConversationToPurge } from './purge-store.ts';
import { retainedSince, type UpkeepContext } from './retention.ts';

/** Rows one transaction deletes at most. */
const BATCH = 2_000;

/**
 * Removes conversations that were deleted long ago, with all that was said, done and decided in them. A large one goes
 * in several transactions, and is marked as deleted until the last. What they cost, in `usage_entries`, goes with their
 * runs; the audit log stays.
 */
export async function purgeConversations(ctx: UpkeepContext, signal: AbortSignal): Promise<void> {
  await inBatches(
    signal,
    async () =>
      await withSystemTransaction(ctx, async ({ db }) => {
        const id = await lockConversationToPurge(db, retainedSince(ctx));
        if (id === null) return { isLast: true };
        const deleted = await deleteSomeRows(db, { conversationId: id, limit: BATCH });
        if (deleted < BATCH) await deleteConversation(db, id);
        return { isLast: false };
      }),
  );
}
