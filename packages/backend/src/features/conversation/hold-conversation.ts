import type { Kysely } from 'kysely';
import type { Schema } from '../../db/schema.ts';
import type { ConversationRow } from './conversation-store.ts';

/** A conversation, or that of a room, whose row the transaction has locked. */
export type HeldConversation = ConversationRow;

/**
 * Locks a conversation's row, which comes first in every transaction that changes a conversation, ends its run or decides
 * what it waits for. Not its key: storing a message looks at that, in transactions that hold the run already. Answers the
 * row, whoever's it is and also for a room.
 */
export async function holdConversation(
  { db }: { db: Kysely<Schema> },
  { tenantId, conversationId }: { tenantId: string; conversationId: string },
): Promise<HeldConversation | undefined> {
  return await db
    .selectFrom('conversations')
    .selectAll()
    .where('tenantId', '=', tenantId)
    .where('id', '=', conversationId)
    .forNoKeyUpdate()
    .executeTakeFirst();
}
