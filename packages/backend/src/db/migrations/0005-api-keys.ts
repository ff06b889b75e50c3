import type { Kysely } from 'kysely';
import { runStatements } from '../run-statements.ts';
import { isolate } from './isolate.ts';

/** Keys for machines. A key belongs to a membership and goes with it; of its secret only the hash is kept. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await runStatements(db, [
    `create table api_keys (
      id uuid primary key,
      tenant_id uuid not null,
      user_id uuid not null,
      name text not null,
      hash bytea not null check (octet_length(hash) = 32),
      scopes text[] not null
        check (cardinality(scopes) > 0 and scopes <@ array['read', 'write', 'approvals:decide', 'admin']),
      created_at timestamptz not null default now(),
      last_used_at timestamptz,
      expires_at timestamptz not null,
      revoked_at timestamptz,
      foreign key (tenant_id, user_id) references memberships (tenant_id, user_id) on delete cascade
    )`,
    `create index api_keys_member on api_keys (tenant_id, user_id, created_at desc) where revoked_at is null`,
    `create index api_keys_revoked on api_keys (revoked_at) where revoked_at is not null`,
    ...isolate('api_keys'),
    // Not the hash: a request has no use for it.
    `grant select (id, tenant_id, user_id, name, scopes, created_at, last_used_at, expires_at, revoked_at)
      on api_keys to aura_app`,
    `grant select, insert, update on api_keys to aura_system`,
  ]);
}
