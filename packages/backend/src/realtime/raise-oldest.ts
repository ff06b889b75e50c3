import type { Tx } from '../db/transaction.ts';

/**
 * Readers get nothing of a stream before `seq` any more: one without a cursor starts there, an older cursor gets a
 * reset. Never goes back. The caller has appended to the stream in this transaction, so it holds the lock already.
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
