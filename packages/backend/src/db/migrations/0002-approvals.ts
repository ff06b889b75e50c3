import type { Kysely } from 'kysely';
import { runStatements } from '../run-statements.ts';
import { isolate } from './isolate.ts';

/** Runs that wait for people and are taken up again: approvals, tool calls under way, budgets, usage. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await runStatements(db, [
    `alter table runs drop constraint runs_status_check`,
    `alter table runs add constraint runs_status_check
      check (status in ('queued', 'running', 'waiting', 'completed', 'failed', 'cancelled'))`,
    `alter table runs
      add column no_progress integer not null default 0,
      add column active_ms integer not null default 0,
      add column cost_micros bigint not null default 0,
      add column claimed_at timestamptz,
      add column is_tainted boolean not null default false`,
    `drop index runs_one_active`,
    `create unique index runs_one_active on runs (conversation_id) where status in ('running', 'waiting')`,
    `create index runs_conversation on runs (conversation_id, created_at)`,
    `alter table steps drop constraint steps_kind_check`,
    `alter table steps add constraint steps_kind_check check (kind in ('model', 'tool', 'message'))`,
    `alter table conversations
      add column when_busy text not null default 'reject'
        check (when_busy in ('reject', 'enqueue', 'interrupt', 'steer')),
      add column when_waiting text not null default 'reject'
        check (when_waiting in ('reject', 'enqueue', 'interrupt')),
      add column forked_from uuid`,

    `create table approvals (
      id uuid primary key,
      tenant_id uuid not null,
      conversation_id uuid not null,
      run_id uuid not null,
      user_id uuid not null,
      kind text not null check (kind in ('tool', 'question', 'unknown')),
      tool_call_id text not null,
      tool_name text not null,
      tool_version text not null,
      risk text not null,
      title text not null,
      args jsonb not null,
      args_hash text not null,
      question jsonb,
      allowed text[] not null,
      approver_kind text not null check (approver_kind in ('owner', 'users', 'role')),
      approver_ids uuid[] not null default '{}',
      approver_role text,
      status text not null default 'pending'
        check (status in ('pending', 'approved', 'rejected', 'answered', 'expired', 'cancelled', 'outdated')),
      created_at timestamptz not null,
      expires_at timestamptz not null,
      decided_at timestamptz,
      decided_by uuid,
      decision_key text,
      reason text,
      edited_args jsonb,
      answer jsonb,
      check ((status = 'pending') = (decided_at is null)),
      foreign key (tenant_id, run_id) references runs (tenant_id, id),
      foreign key (tenant_id, conversation_id) references conversations (tenant_id, id)
    )`,
    `create unique index approvals_one_pending on approvals (run_id, tool_call_id) where status = 'pending'`,
    `create index approvals_pending on approvals (tenant_id, expires_at, id) where status = 'pending'`,
    `create index approvals_due on approvals (expires_at) where status = 'pending'`,
    `create index approvals_history on approvals (tenant_id, created_at desc, id desc)`,
    ...isolate('approvals'),

    `create table tool_calls (
      run_id uuid not null,
      call_id text not null,
      tenant_id uuid not null,
      tool_name text not null,
      tool_version text not null,
      args_hash text not null,
      repeat text not null,
      approval_id uuid references approvals (id),
      fence bigint not null,
      attempts integer not null default 1,
      started_at timestamptz not null,
      primary key (run_id, call_id),
      foreign key (tenant_id, run_id) references runs (tenant_id, id)
    )`,
    ...isolate('tool_calls'),

    `create table usage_entries (
      run_id uuid not null,
      step integer not null,
      attempt integer not null,
      tenant_id uuid not null,
      user_id uuid not null,
      conversation_id uuid not null,
      message_id uuid,
      model text not null,
      is_settled boolean not null default false,
      input_tokens integer not null,
      output_tokens integer not null,
      cost_micros bigint not null,
      created_at timestamptz not null,
      primary key (run_id, step, attempt),
      foreign key (tenant_id, run_id) references runs (tenant_id, id)
    )`,
    `create index usage_entries_tenant on usage_entries (tenant_id, created_at)`,
    `create index usage_entries_user on usage_entries (tenant_id, user_id, created_at)`,
    ...isolate('usage_entries'),

    `create table approval_policies (
      tenant_id uuid primary key references tenants (id),
      rules jsonb not null,
      version integer not null,
      updated_at timestamptz not null,
      updated_by uuid not null
    )`,
    ...isolate('approval_policies'),

    `grant select, insert, update on approvals, tool_calls, usage_entries, approval_policies to aura_app`,
    `grant select on approvals to aura_system`,
  ]);
}
