import type { RunStatus } from '@aura/contract';
import type { Tx } from '../../db/transaction.ts';
import { findActiveRuns } from './run-store.ts';

/** What has not ended in a conversation: the run whose turn it is, then those behind it. */
export async function activeRuns(
  tx: Tx,
  conversationId: string,
): Promise<{ id: string; status: RunStatus }[]> {
  return (await findActiveRuns(tx.db, conversationId)).map(({ id, status }) => ({ id, status }));
}
