import type { Kysely } from 'kysely';
import { runStatements } from '../run-statements.ts';
import { isolate } from './isolate.ts';

/** Entries of no tenant (a failed login) make a chain of their own. */
const NOBODY = '00000000-0000-0000-0000-000000000000';

/**
 * Makes it seen when somebody alters the audit log. Every entry is noted in `audit_unsealed` by a trigger, whoever writes
 * it; a periodic job moves the notes into the chain. Nothing in the log or the chain is ever changed or deleted, by the
 * owner of the tables neither, unless they take the triggers away first.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await runStatements(db, [
    `create table audit_unsealed (
      entry_id bigint primary key,
      tenant_id uuid not null
    )`,
    `create index audit_unsealed_tenant on audit_unsealed (tenant_id, entry_id)`,
    ...isolate('audit_unsealed'),
    `create table audit_chain (
      tenant_id uuid not null,
      seq bigint not null check (seq > 0),
      entry_id bigint not null unique,
      hash bytea not null check (octet_length(hash) = 32),
      primary key (tenant_id, seq)
    )`,
    ...isolate('audit_chain'),
    `grant select, insert on audit_unsealed to aura_app`,
    `grant select, insert, update, delete on audit_unsealed to aura_system`,
    `grant select on audit_chain to aura_app`,
    `grant select, insert on audit_chain to aura_system`,

    `insert into audit_unsealed (entry_id, tenant_id) select id, coalesce(tenant_id, '${NOBODY}') from audit_log`,
    `create function audit_note() returns trigger language plpgsql as $$ begin
      insert into audit_unsealed (entry_id, tenant_id) values (new.id, coalesce(new.tenant_id, '${NOBODY}'));
      return null;
    end $$`,
    `create trigger audit_note after insert on audit_log for each row execute function audit_note()`,
    `create function audit_keep() returns trigger language plpgsql as $$ begin
      raise exception 'The audit log is only ever added to.' using errcode = 'insufficient_privilege';
    end $$`,
    ...['audit_log', 'audit_chain'].map(
      (table) =>
        `create trigger audit_keep before update or delete or truncate on ${table}
          for each statement execute function audit_keep()`,
    ),
  ]);
}
