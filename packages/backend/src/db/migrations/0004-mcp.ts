import type { Kysely } from 'kysely';
import { runStatements } from '../run-statements.ts';
import { isolate } from './isolate.ts';

/** Servers of tools that tenants have configured. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await runStatements(db, [
    `create table mcp_servers (
      id uuid primary key,
      tenant_id uuid not null references tenants (id),
      name text not null,
      transport text not null check (transport in ('stdio', 'http')),
      url text,
      command text,
      args text[] not null default '{}',
      headers jsonb not null,
      env jsonb not null,
      is_enabled boolean not null,
      classifications jsonb not null default '{}',
      revision integer not null default 1,
      created_at timestamptz not null default now(),
      updated_at timestamptz not null default now(),
      unique (tenant_id, name),
      check ((transport = 'http') = (url is not null)),
      check ((transport = 'stdio') = (command is not null))
    )`,
    ...isolate('mcp_servers'),
    `grant select, insert, update, delete on mcp_servers to aura_app`,
  ]);
}
