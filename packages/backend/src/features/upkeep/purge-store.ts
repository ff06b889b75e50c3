import { ACTIVE_RUN_STATUSES } from '@aura/contract';
import { type Kysely, type RawBuilder, sql } from 'kysely';
import type { Schema } from '../../db/schema.ts';

type Db = Kysely<Schema>;

/** Every table with rows of a conversation, and what finds them; those that refer to others come before these. */
export const CONVERSATION_ROWS = [
  { table: 'tool_calls', by: 'run_id' },
  { table: 'usage_entries', by: 'run_id' },
  { table: 'steps', by: 'run_id' },
  { table: 'approvals', by: 'conversation_id' },
  { table: 'messages', by: 'conversation_id' },
  { table: 'runs', by: 'conversation_id' },
  { table: 'events', by: 'stream_id' },
] as const;

/** The conversation that was deleted first. Not one that another node is at, nor one whose runs have yet to be ended. */
export async function lockConversationToPurge(
  db: Db,
  deletedBefore: RawBuilder<Date>,
): Promise<string | null> {
  const row = await db
    .selectFrom('conversations')
    .select('id')
    .where('deletedAt', '<', deletedBefore)
    .where((eb) =>
      eb.not(
        eb.exists(
          eb
            .selectFrom('runs')
            .select('runs.id')
            .whereRef('runs.conversationId', '=', 'conversations.id')
            .where('runs.status', 'in', ACTIVE_RUN_STATUSES),
        ),
      ),
    )
    .orderBy('deletedAt')
    .limit(1)
    .forUpdate()
    .skipLocked()
    .executeTakeFirst();
  return row?.id ?? null;
}

/** Deletes rows of the conversation, at most so many; fewer means that none are left. */
export async function deleteSomeRows(
  db: Db,
  { conversationId, limit }: { conversationId: string; limit: number },
): Promise<number> {
  let count = 0;
  for (const { table, by } of CONVERSATION_ROWS) {
    if (count >= limit) break;
    const ids =
      by === 'run_id'
        ? sql`(select id from runs where conversation_id = ${conversationId})`
        : sql`(${conversationId}::uuid)`;
    const { numAffectedRows = 0n } = await sql`
      delete from ${sql.table(table)} where ctid = any(array(
        select ctid from ${sql.table(table)} where ${sql.ref(by)} in ${ids} limit ${limit - count}))`.execute(
      db,
    );
    count += Number(numAffectedRows);
  }
  return count;
}

export async function deleteConversation(db: Db, id: string): Promise<void> {
  await db.deleteFrom('conversations').where('id', '=', id).execute();
  await db.deleteFrom('streams').where('id', '=', id).execute();
}
