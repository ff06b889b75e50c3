import type { Kysely } from 'kysely';
import { runStatements } from '../run-statements.ts';

/**
 * The thread of a room that a run was asked in: the same as that of the message it answers. And which runs of a room have not
 * ended, which everybody who opens it is shown.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await runStatements(db, [
    'alter table runs add column thread_of uuid',
    `create index runs_active on runs (conversation_id) where status in ('queued', 'running', 'waiting')`,
  ]);
}
