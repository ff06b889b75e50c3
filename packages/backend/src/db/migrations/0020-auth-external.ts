import type { Kysely } from 'kysely';
import { runStatements } from '../run-statements.ts';

/**
 * Who people are elsewhere, what was presented and may not be presented again, and who acts in a session's name. The
 * first two are known before any tenant is, so requests see neither.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await runStatements(db, [
    `create table external_identities (
      issuer text not null,
      subject text not null,
      user_id uuid not null references users (id) on delete cascade,
      created_at timestamptz not null default now(),
      primary key (issuer, subject)
    )`,
    `create index external_identities_user on external_identities (user_id)`,
    ...systemOnly('external_identities'),

    `create table used_once (
      digest bytea primary key check (octet_length(digest) = 32),
      expires_at timestamptz not null
    )`,
    `create index used_once_age on used_once (expires_at)`,
    ...systemOnly('used_once'),

    `alter table sessions add column act jsonb`,

    `grant select, insert on external_identities to aura_system`,
    `grant select, insert, update, delete on used_once to aura_system`,
  ]);
}

function systemOnly(table: string): string[] {
  return [
    `alter table ${table} enable row level security`,
    `alter table ${table} force row level security`,
    `create policy all_rows on ${table} to aura_system using (true) with check (true)`,
  ];
}
