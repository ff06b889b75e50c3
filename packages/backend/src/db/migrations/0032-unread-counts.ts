import type { Kysely } from 'kysely';
import { runStatements } from '../run-statements.ts';

/**
 * Counting what somebody has not read goes past what does not count without reading it: messages that mention nobody, and
 * replies. The second also finds the newest of a room's own messages behind many replies. Few messages are in the first.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await runStatements(db, [
    `create index messages_mentions on messages (tenant_id, conversation_id, seq) where mentions <> '{}'`,
    `create index messages_roots on messages (tenant_id, conversation_id, seq) where thread_of is null`,
  ]);
}
