import type { Kysely } from 'kysely';
import { runStatements } from '../run-statements.ts';
import { isolate } from './isolate.ts';

/**
 * Memory with JSON values, owners and expiry; conversations that can be cleared. What the agent remembered becomes
 * entries of its user. `facts` stays for nodes of the previous release; what those remember from here on is lost with them.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await runStatements(db, [
    `create table memories (
      tenant_id uuid not null references tenants (id),
      owner_id uuid not null,
      agent text not null,
      key text collate "C" not null,
      value jsonb not null,
      version uuid not null,
      expires_at timestamptz,
      created_at timestamptz not null,
      updated_at timestamptz not null,
      primary key (tenant_id, owner_id, agent, key)
    )`,
    `create index memories_expiry on memories (expires_at) where expires_at is not null`,
    ...isolate('memories'),
    `grant select, insert, update, delete on memories to aura_app`,
    `grant select, delete on memories to aura_system`,
    `insert into memories (tenant_id, owner_id, agent, key, value, version, created_at, updated_at)
      select tenant_id, user_id, '', 'fact:' || key, to_jsonb(value), gen_random_uuid(), updated_at, updated_at from facts`,
    `alter table conversations add column cleared_seq bigint not null default 0`,
  ]);
}
