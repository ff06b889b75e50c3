import type { Tx } from '../../db/transaction.ts';

/**
 * Locks a conversation's row, which comes first in every transaction that changes a conversation, ends its run or decides
 * what it waits for. Not its key: storing a message looks at that, in transactions that hold the run already.
 */
export async function holdConversation(
  tx: Tx,
  { tenantId, conversationId }: { tenantId: string; conversationId: string },
): Promise<void> {
  await tx.db
    .selectFrom('conversations')
    .select('id')
    .where('tenantId', '=', tenantId)
    .where('id', '=', conversationId)
    .forNoKeyUpdate()
    .execute();
}
