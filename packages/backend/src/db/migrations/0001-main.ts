// Long, because a migration is one story: tables in the order they refer to each other, then the grants.
import type { Kysely } from 'kysely';
import { runStatements } from '../run-statements.ts';
import { isolate } from './isolate.ts';

const TENANT = `nullif(current_setting('app.tenant', true), '')::uuid`;

/** Roles belong to the whole server, so another database of the same server may be creating them right now. */
const role = (name: string): string => `do $$ begin
  if not exists (select from pg_roles where rolname = '${name}') then
    create role ${name} nologin nosuperuser nobypassrls;
  end if;
exception when duplicate_object or unique_violation then null;
end $$`;

/** Since PostgreSQL 16 whoever creates a role is a member that may neither take it nor use its rights, until granted. */
const membership = (name: string): string => `do $$ begin
  if not pg_has_role(current_user, '${name}', 'USAGE') or not pg_has_role(current_user, '${name}',
    case when current_setting('server_version_num')::int >= 160000 then 'SET' else 'MEMBER' end)
  then
    execute format('grant ${name} to %I', current_user);
  end if;
end $$`;

const ROLES = ['aura_app', 'aura_system', 'aura_writer'];

export async function up(db: Kysely<unknown>): Promise<void> {
  await runStatements(db, [
    ...ROLES.map(role),
    ...ROLES.map(membership),
    `do $$ begin execute format('grant usage on schema %I to aura_app, aura_system, aura_writer', current_schema()); end $$`,

    `create table tenants (
      id uuid primary key,
      slug text not null unique,
      name text not null,
      created_at timestamptz not null default now()
    )`,
    ...isolate('tenants', 'id'),

    `create table users (
      id uuid primary key,
      email text not null,
      password_hash text,
      nickname text,
      picture_url text,
      tier text not null default 'free',
      is_active boolean not null default true,
      created_at timestamptz not null default now()
    )`,
    `create unique index users_email_key on users (lower(email))`,

    `create table streams (
      id uuid primary key,
      tenant_id uuid not null references tenants (id),
      kind text not null check (kind in ('user', 'conversation')),
      epoch text not null,
      head bigint not null default 0,
      oldest bigint not null default 1,
      unique (tenant_id, id)
    )`,
    ...isolate('streams'),

    `create table events (
      stream_id uuid not null,
      seq bigint not null,
      tenant_id uuid not null,
      type text not null,
      run_id uuid,
      fence bigint,
      data jsonb not null,
      at timestamptz not null,
      primary key (stream_id, seq),
      foreign key (tenant_id, stream_id) references streams (tenant_id, id)
    )`,
    ...isolate('events'),

    `create table memberships (
      tenant_id uuid not null references tenants (id),
      user_id uuid not null references users (id),
      role text not null check (role in ('admin', 'user', 'guest')),
      stream_id uuid not null,
      created_at timestamptz not null default now(),
      primary key (tenant_id, user_id),
      foreign key (tenant_id, stream_id) references streams (tenant_id, id)
    )`,
    `create index memberships_user on memberships (user_id)`,
    ...isolate('memberships'),

    `alter table users enable row level security`,
    `alter table users force row level security`,
    `create policy member_rows on users for select to aura_app using (
      exists (select from memberships m where m.user_id = users.id and m.tenant_id = ${TENANT}))`,
    `create policy all_rows on users to aura_system using (true) with check (true)`,

    `create table sessions (
      id uuid primary key,
      tenant_id uuid not null,
      user_id uuid not null,
      generation integer not null default 1,
      refresh_hash bytea not null,
      rotated_at timestamptz not null default now(),
      created_at timestamptz not null default now(),
      last_used_at timestamptz not null default now(),
      expires_at timestamptz not null,
      revoked_at timestamptz,
      revoked_reason text,
      user_agent text,
      address text,
      foreign key (tenant_id, user_id) references memberships (tenant_id, user_id)
    )`,
    `create index sessions_user on sessions (user_id) where revoked_at is null`,
    `create index sessions_revoked on sessions (revoked_at) where revoked_at is not null`,
    ...isolate('sessions'),

    `create table login_attempts (
      key text primary key,
      failures integer not null,
      locked_until timestamptz,
      last_failed_at timestamptz not null
    )`,
    `create index login_attempts_age on login_attempts (last_failed_at)`,
    ...systemOnly('login_attempts'),

    `create table audit_log (
      id bigint generated always as identity primary key,
      tenant_id uuid,
      at timestamptz not null default now(),
      actor_id uuid,
      action text not null,
      subject text,
      data jsonb not null default '{}',
      address text,
      request_id text
    )`,
    `create index audit_log_tenant on audit_log (tenant_id, id)`,
    ...isolate('audit_log'),

    `create table conversations (
      id uuid primary key,
      tenant_id uuid not null,
      user_id uuid not null,
      client_id text not null,
      request_hash text not null,
      title text not null,
      model text not null,
      is_pinned boolean not null default false,
      is_archived boolean not null default false,
      active_run_id uuid,
      deleted_at timestamptz,
      created_at timestamptz not null default now(),
      updated_at timestamptz not null default now(),
      unique (tenant_id, id),
      unique (tenant_id, user_id, client_id),
      foreign key (tenant_id, id) references streams (tenant_id, id),
      foreign key (tenant_id, user_id) references memberships (tenant_id, user_id)
    )`,
    `create index conversations_list on conversations (tenant_id, user_id, is_archived, is_pinned desc, updated_at desc, id desc)
      where deleted_at is null`,
    ...isolate('conversations'),

    `create table runs (
      id uuid primary key,
      tenant_id uuid not null,
      conversation_id uuid not null,
      user_id uuid not null,
      message_id uuid not null,
      model text not null,
      status text not null check (status in ('queued', 'running', 'completed', 'failed', 'cancelled')),
      fence bigint not null default 0,
      owner text,
      lease_until timestamptz,
      first_seq bigint,
      last_seq bigint,
      error jsonb,
      input_tokens integer not null default 0,
      output_tokens integer not null default 0,
      created_at timestamptz not null default now(),
      started_at timestamptz,
      ended_at timestamptz,
      unique (tenant_id, id),
      foreign key (tenant_id, conversation_id) references conversations (tenant_id, id)
    )`,
    `create unique index runs_one_active on runs (conversation_id) where status in ('queued', 'running')`,
    `create index runs_due on runs (created_at) where status in ('queued', 'running')`,
    `create index runs_user on runs (tenant_id, user_id, created_at desc, id desc)`,
    ...isolate('runs'),

    `create table messages (
      id uuid primary key,
      tenant_id uuid not null,
      conversation_id uuid not null,
      run_id uuid,
      role text not null check (role in ('user', 'assistant')),
      client_id text,
      request_hash text,
      text text not null,
      context jsonb,
      is_complete boolean not null default true,
      input_tokens integer,
      output_tokens integer,
      seq bigint not null,
      created_at timestamptz not null default now(),
      unique (tenant_id, conversation_id, seq),
      unique (tenant_id, conversation_id, client_id),
      foreign key (tenant_id, conversation_id) references conversations (tenant_id, id)
    )`,
    ...isolate('messages'),

    `create table steps (
      run_id uuid not null,
      index integer not null,
      tenant_id uuid not null,
      kind text not null check (kind in ('model', 'tool')),
      data jsonb not null,
      at timestamptz not null default now(),
      primary key (run_id, index),
      foreign key (tenant_id, run_id) references runs (tenant_id, id)
    )`,
    ...isolate('steps'),

    `create table facts (
      tenant_id uuid not null,
      user_id uuid not null,
      key text not null,
      value text not null,
      updated_at timestamptz not null default now(),
      primary key (tenant_id, user_id, key),
      foreign key (tenant_id, user_id) references memberships (tenant_id, user_id)
    )`,
    ...isolate('facts'),

    `grant select on tenants, memberships to aura_app`,
    `grant select (id, email, nickname, picture_url, tier, is_active, created_at) on users to aura_app`,
    `grant select, insert, update on streams, conversations, runs, sessions to aura_app`,
    `grant select, insert on events, messages, steps to aura_app`,
    `grant select, insert, update, delete on facts to aura_app`,
    `grant select, insert on audit_log to aura_app`,
    `grant select, insert, update on tenants, users, memberships, streams, sessions, runs, conversations to aura_system`,
    `grant select, insert on events, messages, steps, audit_log to aura_system`,
    `grant select, insert, update, delete on login_attempts to aura_system`,
    `grant select (id, tenant_id, head), update (head) on streams to aura_writer`,
    // To lock a row one must be allowed to update some column of it; this one decides nothing.
    `grant select (id, tenant_id, fence, status), update (started_at) on runs to aura_writer`,
    `grant insert on events to aura_writer`,

    // The tenant everyone starts in; also the row that the isolation self-test looks for at every start.
    `insert into tenants (id, slug, name) values (gen_random_uuid(), 'default', 'Default')`,
  ]);
}

function systemOnly(table: string): string[] {
  return [
    `alter table ${table} enable row level security`,
    `alter table ${table} force row level security`,
    `create policy all_rows on ${table} to aura_system using (true) with check (true)`,
  ];
}
