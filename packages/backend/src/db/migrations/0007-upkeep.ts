import type { Kysely } from 'kysely';
import { runStatements } from '../run-statements.ts';

/** What periodic work needs: a mark of what it has done, indexes to find the rest by, the right to delete. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await runStatements(db, [
    `alter table runs add column is_compacted boolean not null default false`,
    `create index runs_uncompacted on runs (ended_at) where ended_at is not null and not is_compacted`,
    `create index streams_user on streams (id) where kind = 'user'`,
    `create index conversations_deleted on conversations (deleted_at) where deleted_at is not null`,
    `create index sessions_created on sessions (created_at)`,

    // A row that others refer to is deleted only once the database has looked for those others.
    `create index approvals_run on approvals (run_id)`,
    `create index approvals_conversation on approvals (conversation_id)`,
    `create index tool_calls_approval on tool_calls (approval_id) where approval_id is not null`,
    `create index memberships_stream on memberships (stream_id)`,

    `grant select on tool_calls, usage_entries to aura_system`,
    `grant delete on events, streams, conversations, messages, runs, steps, approvals, tool_calls, usage_entries, sessions
      to aura_system`,
  ]);
}
