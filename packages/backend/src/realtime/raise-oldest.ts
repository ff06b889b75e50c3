import type { Tx } from '../db/transaction.ts';

/**
 * Readers get nothing of a stream before `seq` any more: whoever would start earlier gets a reset. Never goes back. Locks
 * the stream, as `append` does, so it comes last.
 */
export async function raiseOldest(
  tx: Tx,
  { streamId, seq }: { streamId: string; seq: number },
): Promise<void> {
  await tx.db
    .updateTable('streams')
    .set({ oldest: seq })
    .where('id', '=', streamId)
    .where('oldest', '<', seq)
    .execute();
}
