import type { Kysely } from 'kysely';
import { runStatements } from '../run-statements.ts';

/** Answers that another one has taken the place of; runs that were asked for without a message; checkpoints that go. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await runStatements(db, [
    `alter table messages add column is_superseded boolean not null default false`,
    `alter table runs
      add column superseded_by uuid,
      add column client_id text,
      add column request_hash text`,
    `create unique index runs_client on runs (conversation_id, client_id) where client_id is not null`,
    // What was said is never changed; which run answers it, and whether an answer still counts, may.
    `grant update (run_id, is_superseded) on messages to aura_app`,
    `grant delete on steps to aura_app`,
  ]);
}
