import type { Kysely } from 'kysely';
import { runStatements } from '../run-statements.ts';
import { isolate } from './isolate.ts';

/**
 * Invitations, and members who have left. A membership stays when its user leaves, because what they made in the tenant
 * refers to it; whoever asks who may do something asks for `removed_at is null`.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await runStatements(db, [
    `alter table memberships add column removed_at timestamptz`,
    `create index memberships_joined on memberships (tenant_id, created_at, user_id) where removed_at is null`,

    `create table invitations (
      id uuid primary key,
      tenant_id uuid not null,
      email text not null,
      role text not null check (role in ('admin', 'user', 'guest')),
      hash bytea not null check (octet_length(hash) = 32),
      invited_by uuid not null,
      created_at timestamptz not null default now(),
      expires_at timestamptz not null,
      ended_at timestamptz,
      accepted_by uuid,
      foreign key (tenant_id, invited_by) references memberships (tenant_id, user_id)
    )`,
    `create unique index invitations_pending on invitations (tenant_id, email) where ended_at is null`,
    ...isolate('invitations'),
    // Not the hash: a request has no use for it.
    `grant select (id, tenant_id, email, role, invited_by, created_at, expires_at, ended_at, accepted_by)
      on invitations to aura_app`,
    `grant select, insert, update on invitations to aura_system`,
  ]);
}
