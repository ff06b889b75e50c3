import type { Kysely } from 'kysely';
import { runStatements } from '../run-statements.ts';
import { isolate } from './isolate.ts';

/** How older clients come into rooms: with a ticket that is good for one socket, or as a user whom a gateway vouches for. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await runStatements(db, [
    `create table socket_tickets (
      hash bytea primary key check (octet_length(hash) = 32),
      tenant_id uuid not null,
      user_id uuid not null,
      session_id uuid not null,
      role text not null,
      session_believed_until timestamptz not null,
      expires_at timestamptz not null,
      foreign key (tenant_id, user_id) references memberships (tenant_id, user_id) on delete cascade
    )`,
    `create index socket_tickets_expires_at on socket_tickets (expires_at)`,
    `create index socket_tickets_user on socket_tickets (tenant_id, user_id)`,
    ...isolate('socket_tickets'),

    // The address a gateway names is not one of ours: whoever has it here may be somebody else.
    `create table gateway_users (
      tenant_id uuid not null,
      gateway text not null,
      external_id text not null,
      user_id uuid not null,
      email text not null,
      primary key (tenant_id, gateway, external_id),
      unique (tenant_id, user_id),
      foreign key (tenant_id, user_id) references memberships (tenant_id, user_id) on delete cascade
    )`,
    ...isolate('gateway_users'),

    `grant select on gateway_users to aura_app`,
    `grant select, insert, update (email) on gateway_users to aura_system`,
    `grant select, insert, update (expires_at), delete on socket_tickets to aura_system`,
  ]);
}
