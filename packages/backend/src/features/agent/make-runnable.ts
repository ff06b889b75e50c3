import type { Tx } from '../../db/transaction.ts';

/**
 * Something a run waits for has been decided: it is there to be claimed again. One that is running all the same (it has
 * other calls to make) finds the decision by itself. The caller holds the conversation's lock and wakes the runner after
 * its commit.
 */
export async function makeRunnable(tx: Tx, runId: string): Promise<void> {
  await tx.db
    .updateTable('runs')
    .set({ status: 'queued', noProgress: 0 })
    .where('id', '=', runId)
    .where('status', '=', 'waiting')
    .execute();
}
