-- What the migrations make: tables, constraints, indexes, policies, grants and triggers, read from the catalog of a migrated
-- database by `npm run schema`. Not run by anything and not edited by hand; a test compares it on both databases.

create table api_keys (
  id uuid not null,
  tenant_id uuid not null,
  user_id uuid not null,
  name text not null,
  hash bytea not null,
  scopes text[] not null,
  created_at timestamp with time zone not null default now(),
  last_used_at timestamp with time zone,
  expires_at timestamp with time zone not null,
  revoked_at timestamp with time zone,
  constraint api_keys_pkey PRIMARY KEY (id),
  constraint api_keys_tenant_id_user_id_fkey FOREIGN KEY (tenant_id, user_id) REFERENCES memberships(tenant_id, user_id) ON DELETE CASCADE,
  constraint api_keys_hash_check CHECK ((octet_length(hash) = 32)),
  constraint api_keys_scopes_check CHECK (((cardinality(scopes) > 0) AND (scopes <@ ARRAY['read'::text, 'write'::text, 'approvals:decide'::text, 'admin'::text])))
);
CREATE INDEX api_keys_member ON api_keys USING btree (tenant_id, user_id, created_at DESC) WHERE (revoked_at IS NULL);
CREATE INDEX api_keys_revoked ON api_keys USING btree (revoked_at) WHERE (revoked_at IS NOT NULL);
alter table api_keys enable row level security, force row level security;
create policy all_rows on api_keys as permissive for all to aura_system, aura_writer using (true) with check (true);
create policy tenant_rows on api_keys as permissive for all to aura_app using ((tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid)) with check ((tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid));
grant insert, select, update on api_keys to aura_system;
grant select (id, tenant_id, user_id, name, scopes, created_at, last_used_at, expires_at, revoked_at) on api_keys to aura_app;

create table approval_policies (
  tenant_id uuid not null,
  rules jsonb not null,
  version integer not null,
  updated_at timestamp with time zone not null,
  updated_by uuid not null,
  constraint approval_policies_pkey PRIMARY KEY (tenant_id),
  constraint approval_policies_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id)
);
alter table approval_policies enable row level security, force row level security;
create policy all_rows on approval_policies as permissive for all to aura_system, aura_writer using (true) with check (true);
create policy tenant_rows on approval_policies as permissive for all to aura_app using ((tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid)) with check ((tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid));
grant insert, select, update on approval_policies to aura_app;

create table approvals (
  id uuid not null,
  tenant_id uuid not null,
  conversation_id uuid not null,
  run_id uuid not null,
  user_id uuid not null,
  kind text not null,
  tool_call_id text not null,
  tool_name text not null,
  tool_version text not null,
  risk text not null,
  title text not null,
  args jsonb not null,
  args_hash text not null,
  question jsonb,
  allowed text[] not null,
  approver_kind text not null,
  approver_ids uuid[] not null default '{}'::uuid[],
  approver_role text,
  status text not null default 'pending'::text,
  created_at timestamp with time zone not null,
  expires_at timestamp with time zone not null,
  decided_at timestamp with time zone,
  decided_by uuid,
  decision_key text,
  reason text,
  edited_args jsonb,
  answer jsonb,
  approver_who text,
  constraint approvals_pkey PRIMARY KEY (id),
  constraint approvals_tenant_id_conversation_id_fkey FOREIGN KEY (tenant_id, conversation_id) REFERENCES conversations(tenant_id, id),
  constraint approvals_tenant_id_run_id_fkey FOREIGN KEY (tenant_id, run_id) REFERENCES runs(tenant_id, id),
  constraint approvals_approver_kind_check CHECK ((approver_kind = ANY (ARRAY['owner'::text, 'users'::text, 'role'::text, 'room'::text]))),
  constraint approvals_approver_who_check CHECK ((approver_who = ANY (ARRAY['members'::text, 'moderators'::text]))),
  constraint approvals_check CHECK (((status = 'pending'::text) = (decided_at IS NULL))),
  constraint approvals_kind_check CHECK ((kind = ANY (ARRAY['tool'::text, 'question'::text, 'unknown'::text]))),
  constraint approvals_status_check CHECK ((status = ANY (ARRAY['pending'::text, 'approved'::text, 'rejected'::text, 'answered'::text, 'expired'::text, 'cancelled'::text, 'outdated'::text])))
);
CREATE INDEX approvals_conversation ON approvals USING btree (conversation_id);
CREATE INDEX approvals_due ON approvals USING btree (expires_at) WHERE (status = 'pending'::text);
CREATE INDEX approvals_history ON approvals USING btree (tenant_id, created_at DESC, id DESC);
CREATE UNIQUE INDEX approvals_one_pending ON approvals USING btree (run_id, tool_call_id) WHERE (status = 'pending'::text);
CREATE INDEX approvals_pending ON approvals USING btree (tenant_id, expires_at, id) WHERE (status = 'pending'::text);
CREATE INDEX approvals_run ON approvals USING btree (run_id);
alter table approvals enable row level security, force row level security;
create policy all_rows on approvals as permissive for all to aura_system, aura_writer using (true) with check (true);
create policy tenant_rows on approvals as permissive for all to aura_app using ((tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid)) with check ((tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid));
grant insert, select, update on approvals to aura_app;
grant delete, select on approvals to aura_system;

create table attachments (
  id uuid not null,
  tenant_id uuid not null,
  room_id uuid not null,
  uploaded_by uuid not null,
  message_id uuid,
  name text not null,
  media_type text not null,
  bytes bigint not null,
  sha256 bytea not null,
  position integer not null default 0,
  created_at timestamp with time zone not null,
  constraint attachments_pkey PRIMARY KEY (id),
  constraint attachments_message_id_fkey FOREIGN KEY (message_id) REFERENCES messages(id) ON DELETE CASCADE,
  constraint attachments_tenant_id_room_id_fkey FOREIGN KEY (tenant_id, room_id) REFERENCES rooms(tenant_id, id),
  constraint attachments_sha256_check CHECK ((octet_length(sha256) = 32))
);
CREATE INDEX attachments_loose ON attachments USING btree (created_at) WHERE (message_id IS NULL);
CREATE INDEX attachments_message ON attachments USING btree (message_id, "position") WHERE (message_id IS NOT NULL);
alter table attachments enable row level security, force row level security;
create policy all_rows on attachments as permissive for all to aura_system, aura_writer using (true) with check (true);
create policy tenant_rows on attachments as permissive for all to aura_app using ((tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid)) with check ((tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid));
grant delete, insert, select, update on attachments to aura_app;
grant delete, select on attachments to aura_system;

create table audit_chain (
  tenant_id uuid not null,
  seq bigint not null,
  entry_id bigint not null,
  hash bytea not null,
  constraint audit_chain_pkey PRIMARY KEY (tenant_id, seq),
  constraint audit_chain_entry_id_key UNIQUE (entry_id),
  constraint audit_chain_hash_check CHECK ((octet_length(hash) = 32)),
  constraint audit_chain_seq_check CHECK ((seq > 0))
);
alter table audit_chain enable row level security, force row level security;
create policy all_rows on audit_chain as permissive for all to aura_system, aura_writer using (true) with check (true);
create policy tenant_rows on audit_chain as permissive for all to aura_app using ((tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid)) with check ((tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid));
grant select on audit_chain to aura_app;
grant insert, select on audit_chain to aura_system;
CREATE TRIGGER audit_keep BEFORE DELETE OR UPDATE OR TRUNCATE ON audit_chain FOR EACH STATEMENT EXECUTE FUNCTION audit_keep();

create table audit_log (
  id bigint not null generated always as identity,
  tenant_id uuid,
  at timestamp with time zone not null default now(),
  actor_id uuid,
  action text not null,
  subject text,
  data jsonb not null default '{}'::jsonb,
  address text,
  request_id text,
  constraint audit_log_pkey PRIMARY KEY (id)
);
CREATE INDEX audit_log_tenant ON audit_log USING btree (tenant_id, id);
alter table audit_log enable row level security, force row level security;
create policy all_rows on audit_log as permissive for all to aura_system, aura_writer using (true) with check (true);
create policy tenant_rows on audit_log as permissive for all to aura_app using ((tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid)) with check ((tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid));
grant insert, select on audit_log to aura_app;
grant insert, select on audit_log to aura_system;
CREATE TRIGGER audit_keep BEFORE DELETE OR UPDATE OR TRUNCATE ON audit_log FOR EACH STATEMENT EXECUTE FUNCTION audit_keep();
CREATE TRIGGER audit_note AFTER INSERT ON audit_log FOR EACH ROW EXECUTE FUNCTION audit_note();

create table audit_unsealed (
  entry_id bigint not null,
  tenant_id uuid not null,
  constraint audit_unsealed_pkey PRIMARY KEY (entry_id)
);
CREATE INDEX audit_unsealed_tenant ON audit_unsealed USING btree (tenant_id, entry_id);
alter table audit_unsealed enable row level security, force row level security;
create policy all_rows on audit_unsealed as permissive for all to aura_system, aura_writer using (true) with check (true);
create policy tenant_rows on audit_unsealed as permissive for all to aura_app using ((tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid)) with check ((tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid));
grant insert, select on audit_unsealed to aura_app;
grant delete, insert, select, update on audit_unsealed to aura_system;

create table conversations (
  id uuid not null,
  tenant_id uuid not null,
  user_id uuid not null,
  client_id text not null,
  request_hash text not null,
  title text not null,
  model text not null,
  is_pinned boolean not null default false,
  is_archived boolean not null default false,
  active_run_id uuid,
  deleted_at timestamp with time zone,
  created_at timestamp with time zone not null default now(),
  updated_at timestamp with time zone not null default now(),
  when_busy text not null default 'reject'::text,
  when_waiting text not null default 'reject'::text,
  forked_from uuid,
  cleared_seq bigint not null default 0,
  is_room boolean not null default false,
  constraint conversations_pkey PRIMARY KEY (id),
  constraint conversations_tenant_id_id_key UNIQUE (tenant_id, id),
  constraint conversations_tenant_id_user_id_client_id_key UNIQUE (tenant_id, user_id, client_id),
  constraint conversations_tenant_id_id_fkey FOREIGN KEY (tenant_id, id) REFERENCES streams(tenant_id, id),
  constraint conversations_tenant_id_user_id_fkey FOREIGN KEY (tenant_id, user_id) REFERENCES memberships(tenant_id, user_id),
  constraint conversations_when_busy_check CHECK ((when_busy = ANY (ARRAY['reject'::text, 'enqueue'::text, 'interrupt'::text, 'steer'::text]))),
  constraint conversations_when_waiting_check CHECK ((when_waiting = ANY (ARRAY['reject'::text, 'enqueue'::text, 'interrupt'::text])))
);
CREATE INDEX conversations_deleted ON conversations USING btree (deleted_at) WHERE (deleted_at IS NOT NULL);
CREATE INDEX conversations_list ON conversations USING btree (tenant_id, user_id, is_archived, is_pinned DESC, updated_at DESC, id DESC) WHERE (deleted_at IS NULL);
alter table conversations enable row level security, force row level security;
create policy all_rows on conversations as permissive for all to aura_system, aura_writer using (true) with check (true);
create policy tenant_rows on conversations as permissive for all to aura_app using ((tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid)) with check ((tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid));
grant insert, select, update on conversations to aura_app;
grant delete, insert, select, update on conversations to aura_system;

create table events (
  stream_id uuid not null,
  seq bigint not null,
  tenant_id uuid not null,
  type text not null,
  run_id uuid,
  fence bigint,
  data jsonb not null,
  at timestamp with time zone not null,
  constraint events_pkey PRIMARY KEY (stream_id, seq),
  constraint events_tenant_id_stream_id_fkey FOREIGN KEY (tenant_id, stream_id) REFERENCES streams(tenant_id, id)
);
alter table events enable row level security, force row level security;
create policy all_rows on events as permissive for all to aura_system, aura_writer using (true) with check (true);
create policy tenant_rows on events as permissive for all to aura_app using ((tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid)) with check ((tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid));
grant insert, select on events to aura_app;
grant delete, insert, select on events to aura_system;
grant insert on events to aura_writer;
grant update (data) on events to aura_app;

create table external_identities (
  issuer text not null,
  subject text not null,
  user_id uuid not null,
  created_at timestamp with time zone not null default now(),
  constraint external_identities_pkey PRIMARY KEY (issuer, subject),
  constraint external_identities_user_id_fkey FOREIGN KEY (user_id) REFERENCES users(id) ON DELETE CASCADE
);
CREATE INDEX external_identities_user ON external_identities USING btree (user_id);
alter table external_identities enable row level security, force row level security;
create policy all_rows on external_identities as permissive for all to aura_system using (true) with check (true);
grant insert, select on external_identities to aura_system;

create table facts (
  tenant_id uuid not null,
  user_id uuid not null,
  key text not null,
  value text not null,
  updated_at timestamp with time zone not null default now(),
  constraint facts_pkey PRIMARY KEY (tenant_id, user_id, key),
  constraint facts_tenant_id_user_id_fkey FOREIGN KEY (tenant_id, user_id) REFERENCES memberships(tenant_id, user_id)
);
alter table facts enable row level security, force row level security;
create policy all_rows on facts as permissive for all to aura_system, aura_writer using (true) with check (true);
create policy tenant_rows on facts as permissive for all to aura_app using ((tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid)) with check ((tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid));
grant delete, insert, select, update on facts to aura_app;

create table gateway_users (
  tenant_id uuid not null,
  gateway text not null,
  external_id text not null,
  user_id uuid not null,
  email text not null,
  constraint gateway_users_pkey PRIMARY KEY (tenant_id, gateway, external_id),
  constraint gateway_users_tenant_id_user_id_key UNIQUE (tenant_id, user_id),
  constraint gateway_users_tenant_id_user_id_fkey FOREIGN KEY (tenant_id, user_id) REFERENCES memberships(tenant_id, user_id) ON DELETE CASCADE
);
alter table gateway_users enable row level security, force row level security;
create policy all_rows on gateway_users as permissive for all to aura_system, aura_writer using (true) with check (true);
create policy tenant_rows on gateway_users as permissive for all to aura_app using ((tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid)) with check ((tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid));
grant select on gateway_users to aura_app;
grant insert, select on gateway_users to aura_system;
grant update (email) on gateway_users to aura_system;

create table invitations (
  id uuid not null,
  tenant_id uuid not null,
  email text not null,
  role text not null,
  hash bytea not null,
  invited_by uuid not null,
  created_at timestamp with time zone not null default now(),
  expires_at timestamp with time zone not null,
  ended_at timestamp with time zone,
  accepted_by uuid,
  constraint invitations_pkey PRIMARY KEY (id),
  constraint invitations_tenant_id_invited_by_fkey FOREIGN KEY (tenant_id, invited_by) REFERENCES memberships(tenant_id, user_id),
  constraint invitations_hash_check CHECK ((octet_length(hash) = 32)),
  constraint invitations_role_check CHECK ((role = ANY (ARRAY['admin'::text, 'user'::text, 'guest'::text])))
);
CREATE UNIQUE INDEX invitations_pending ON invitations USING btree (tenant_id, email) WHERE (ended_at IS NULL);
alter table invitations enable row level security, force row level security;
create policy all_rows on invitations as permissive for all to aura_system, aura_writer using (true) with check (true);
create policy tenant_rows on invitations as permissive for all to aura_app using ((tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid)) with check ((tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid));
grant insert, select, update on invitations to aura_system;
grant select (id, tenant_id, email, role, invited_by, created_at, expires_at, ended_at, accepted_by) on invitations to aura_app;

create table login_attempts (
  key text not null,
  failures integer not null,
  locked_until timestamp with time zone,
  last_failed_at timestamp with time zone not null,
  constraint login_attempts_pkey PRIMARY KEY (key)
);
CREATE INDEX login_attempts_age ON login_attempts USING btree (last_failed_at);
alter table login_attempts enable row level security, force row level security;
create policy all_rows on login_attempts as permissive for all to aura_system using (true) with check (true);
grant delete, insert, select, update on login_attempts to aura_system;

create table mcp_servers (
  id uuid not null,
  tenant_id uuid not null,
  name text not null,
  transport text not null,
  url text,
  command text,
  args text[] not null default '{}'::text[],
  headers jsonb not null,
  env jsonb not null,
  is_enabled boolean not null,
  classifications jsonb not null default '{}'::jsonb,
  revision integer not null default 1,
  created_at timestamp with time zone not null default now(),
  updated_at timestamp with time zone not null default now(),
  constraint mcp_servers_pkey PRIMARY KEY (id),
  constraint mcp_servers_tenant_id_name_key UNIQUE (tenant_id, name),
  constraint mcp_servers_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id),
  constraint mcp_servers_check CHECK (((transport = 'http'::text) = (url IS NOT NULL))),
  constraint mcp_servers_check1 CHECK (((transport = 'stdio'::text) = (command IS NOT NULL))),
  constraint mcp_servers_transport_check CHECK ((transport = ANY (ARRAY['stdio'::text, 'http'::text])))
);
alter table mcp_servers enable row level security, force row level security;
create policy all_rows on mcp_servers as permissive for all to aura_system, aura_writer using (true) with check (true);
create policy tenant_rows on mcp_servers as permissive for all to aura_app using ((tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid)) with check ((tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid));
grant delete, insert, select, update on mcp_servers to aura_app;

create table memberships (
  tenant_id uuid not null,
  user_id uuid not null,
  role text not null,
  stream_id uuid not null,
  created_at timestamp with time zone not null default now(),
  removed_at timestamp with time zone,
  constraint memberships_pkey PRIMARY KEY (tenant_id, user_id),
  constraint memberships_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id),
  constraint memberships_tenant_id_stream_id_fkey FOREIGN KEY (tenant_id, stream_id) REFERENCES streams(tenant_id, id),
  constraint memberships_user_id_fkey FOREIGN KEY (user_id) REFERENCES users(id),
  constraint memberships_role_check CHECK ((role = ANY (ARRAY['admin'::text, 'user'::text, 'guest'::text])))
);
CREATE INDEX memberships_joined ON memberships USING btree (tenant_id, created_at, user_id) WHERE (removed_at IS NULL);
CREATE INDEX memberships_stream ON memberships USING btree (stream_id);
CREATE INDEX memberships_user ON memberships USING btree (user_id);
alter table memberships enable row level security, force row level security;
create policy all_rows on memberships as permissive for all to aura_system, aura_writer using (true) with check (true);
create policy tenant_rows on memberships as permissive for all to aura_app using ((tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid)) with check ((tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid));
grant select on memberships to aura_app;
grant insert, select, update on memberships to aura_system;

create table memories (
  tenant_id uuid not null,
  owner_id uuid not null,
  agent text not null,
  key text not null,
  value jsonb not null,
  version uuid not null,
  expires_at timestamp with time zone,
  created_at timestamp with time zone not null,
  updated_at timestamp with time zone not null,
  constraint memories_pkey PRIMARY KEY (tenant_id, owner_id, agent, key),
  constraint memories_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id)
);
CREATE INDEX memories_expiry ON memories USING btree (expires_at) WHERE (expires_at IS NOT NULL);
alter table memories enable row level security, force row level security;
create policy all_rows on memories as permissive for all to aura_system, aura_writer using (true) with check (true);
create policy tenant_rows on memories as permissive for all to aura_app using ((tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid)) with check ((tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid));
grant delete, insert, select, update on memories to aura_app;
grant delete, select on memories to aura_system;

create table message_reactions (
  tenant_id uuid not null,
  message_id uuid not null,
  emoji text not null,
  user_id uuid not null,
  seq bigint not null,
  constraint message_reactions_pkey PRIMARY KEY (message_id, emoji, user_id),
  constraint message_reactions_message_id_fkey FOREIGN KEY (message_id) REFERENCES messages(id) ON DELETE CASCADE
);
alter table message_reactions enable row level security, force row level security;
create policy all_rows on message_reactions as permissive for all to aura_system, aura_writer using (true) with check (true);
create policy tenant_rows on message_reactions as permissive for all to aura_app using ((tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid)) with check ((tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid));
grant delete, insert, select, update on message_reactions to aura_app;
grant delete, select on message_reactions to aura_system;

create table messages (
  id uuid not null,
  tenant_id uuid not null,
  conversation_id uuid not null,
  run_id uuid,
  role text not null,
  client_id text,
  request_hash text,
  text text not null,
  context jsonb,
  is_complete boolean not null default true,
  input_tokens integer,
  output_tokens integer,
  seq bigint not null,
  created_at timestamp with time zone not null default now(),
  is_superseded boolean not null default false,
  author_id uuid,
  author_name text,
  thread_of uuid,
  mentions uuid[] not null default '{}'::uuid[],
  reply_count integer not null default 0,
  last_reply_at timestamp with time zone,
  edited_at timestamp with time zone,
  deleted_at timestamp with time zone,
  pinned_seq bigint,
  revision_seqs bigint[] not null default '{}'::bigint[],
  constraint messages_pkey PRIMARY KEY (id),
  constraint messages_tenant_id_conversation_id_seq_key UNIQUE (tenant_id, conversation_id, seq),
  constraint messages_tenant_id_conversation_id_fkey FOREIGN KEY (tenant_id, conversation_id) REFERENCES conversations(tenant_id, id),
  constraint messages_role_check CHECK ((role = ANY (ARRAY['user'::text, 'assistant'::text])))
);
CREATE UNIQUE INDEX messages_client ON messages USING btree (conversation_id, client_id, COALESCE(author_id, '00000000-0000-0000-0000-000000000000'::uuid)) WHERE (client_id IS NOT NULL);
CREATE INDEX messages_mentions ON messages USING btree (tenant_id, conversation_id, seq) WHERE (mentions <> '{}'::uuid[]);
CREATE INDEX messages_pinned ON messages USING btree (conversation_id, pinned_seq) WHERE (pinned_seq IS NOT NULL);
CREATE INDEX messages_roots ON messages USING btree (tenant_id, conversation_id, seq) WHERE (thread_of IS NULL);
CREATE INDEX messages_thread ON messages USING btree (thread_of, seq) WHERE (thread_of IS NOT NULL);
CREATE INDEX messages_words ON messages USING gin (message_words(tenant_id, conversation_id, text));
alter table messages enable row level security, force row level security;
create policy all_rows on messages as permissive for all to aura_system, aura_writer using (true) with check (true);
create policy tenant_rows on messages as permissive for all to aura_app using ((tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid)) with check ((tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid));
grant insert, select on messages to aura_app;
grant delete, insert, select on messages to aura_system;
grant insert on messages to aura_writer;
grant update (run_id, text, is_superseded, mentions, reply_count, last_reply_at, edited_at, deleted_at, pinned_seq, revision_seqs) on messages to aura_app;
grant select (id, conversation_id, run_id, client_id, request_hash, seq, created_at, author_id) on messages to aura_writer;

create table room_bans (
  tenant_id uuid not null,
  room_id uuid not null,
  user_id uuid not null,
  name text not null,
  reason text,
  banned_by uuid not null,
  banned_at timestamp with time zone not null,
  constraint room_bans_pkey PRIMARY KEY (room_id, user_id),
  constraint room_bans_tenant_id_room_id_fkey FOREIGN KEY (tenant_id, room_id) REFERENCES rooms(tenant_id, id)
);
alter table room_bans enable row level security, force row level security;
create policy all_rows on room_bans as permissive for all to aura_system, aura_writer using (true) with check (true);
create policy tenant_rows on room_bans as permissive for all to aura_app using ((tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid)) with check ((tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid));
grant delete, insert, select, update on room_bans to aura_app;

create table room_departures (
  tenant_id uuid not null,
  room_id uuid not null,
  user_id uuid not null,
  muted_until timestamp with time zone,
  last_posted_at timestamp with time zone,
  constraint room_departures_pkey PRIMARY KEY (room_id, user_id),
  constraint room_departures_tenant_id_room_id_fkey FOREIGN KEY (tenant_id, room_id) REFERENCES rooms(tenant_id, id)
);
alter table room_departures enable row level security, force row level security;
create policy all_rows on room_departures as permissive for all to aura_system, aura_writer using (true) with check (true);
create policy tenant_rows on room_departures as permissive for all to aura_app using ((tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid)) with check ((tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid));
grant delete, insert, select, update on room_departures to aura_app;

create table room_members (
  tenant_id uuid not null,
  room_id uuid not null,
  user_id uuid not null,
  role text not null,
  name text not null,
  picture_url text,
  joined_at timestamp with time zone not null,
  read_seq bigint not null default 0,
  muted_until timestamp with time zone,
  last_posted_at timestamp with time zone,
  constraint room_members_pkey PRIMARY KEY (room_id, user_id),
  constraint room_members_room_id_user_id_muted_until_key UNIQUE (room_id, user_id, muted_until),
  constraint room_members_tenant_id_room_id_fkey FOREIGN KEY (tenant_id, room_id) REFERENCES rooms(tenant_id, id),
  constraint room_members_tenant_id_user_id_fkey FOREIGN KEY (tenant_id, user_id) REFERENCES memberships(tenant_id, user_id),
  constraint room_members_role_check CHECK ((role = ANY (ARRAY['owner'::text, 'moderator'::text, 'member'::text])))
);
CREATE INDEX room_members_user ON room_members USING btree (tenant_id, user_id);
alter table room_members enable row level security, force row level security;
create policy all_rows on room_members as permissive for all to aura_system, aura_writer using (true) with check (true);
create policy tenant_rows on room_members as permissive for all to aura_app using ((tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid)) with check ((tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid));
grant delete, insert, select, update on room_members to aura_app;
grant select on room_members to aura_system;
grant update (role) on room_members to aura_system;
grant select (tenant_id, room_id, user_id, role, name, muted_until, last_posted_at) on room_members to aura_writer;
grant update (last_posted_at) on room_members to aura_writer;

create table rooms (
  id uuid not null,
  tenant_id uuid not null,
  number integer not null,
  name text not null,
  topic text not null default ''::text,
  is_public boolean not null default false,
  post_id text,
  deciders text not null default 'asker'::text,
  hides_args boolean not null default false,
  slow_mode_seconds integer not null default 0,
  created_by uuid not null,
  client_id text not null,
  request_hash text not null,
  created_at timestamp with time zone not null,
  archived_at timestamp with time zone,
  constraint rooms_pkey PRIMARY KEY (id),
  constraint rooms_tenant_id_created_by_client_id_key UNIQUE (tenant_id, created_by, client_id),
  constraint rooms_tenant_id_id_key UNIQUE (tenant_id, id),
  constraint rooms_tenant_id_number_key UNIQUE (tenant_id, number),
  constraint rooms_tenant_id_id_fkey FOREIGN KEY (tenant_id, id) REFERENCES conversations(tenant_id, id),
  constraint rooms_deciders_check CHECK ((deciders = ANY (ARRAY['members'::text, 'moderators'::text, 'asker'::text])))
);
CREATE INDEX rooms_public ON rooms USING btree (tenant_id, number) WHERE (is_public AND (archived_at IS NULL));
alter table rooms enable row level security, force row level security;
create policy all_rows on rooms as permissive for all to aura_system, aura_writer using (true) with check (true);
create policy tenant_rows on rooms as permissive for all to aura_app using ((tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid)) with check ((tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid));
grant insert, select, update on rooms to aura_app;
grant select on rooms to aura_system;
grant update (slow_mode_seconds) on rooms to aura_system;
grant select (id, tenant_id, slow_mode_seconds, archived_at) on rooms to aura_writer;
grant update (slow_mode_seconds) on rooms to aura_writer;

create table runs (
  id uuid not null,
  tenant_id uuid not null,
  conversation_id uuid not null,
  user_id uuid not null,
  message_id uuid not null,
  model text not null,
  status text not null,
  fence bigint not null default 0,
  owner text,
  lease_until timestamp with time zone,
  first_seq bigint,
  last_seq bigint,
  error jsonb,
  input_tokens integer not null default 0,
  output_tokens integer not null default 0,
  created_at timestamp with time zone not null default now(),
  started_at timestamp with time zone,
  ended_at timestamp with time zone,
  no_progress integer not null default 0,
  active_ms integer not null default 0,
  cost_micros bigint not null default 0,
  claimed_at timestamp with time zone,
  is_tainted boolean not null default false,
  superseded_by uuid,
  client_id text,
  request_hash text,
  is_compacted boolean not null default false,
  thread_of uuid,
  constraint runs_pkey PRIMARY KEY (id),
  constraint runs_tenant_id_id_key UNIQUE (tenant_id, id),
  constraint runs_tenant_id_conversation_id_fkey FOREIGN KEY (tenant_id, conversation_id) REFERENCES conversations(tenant_id, id),
  constraint runs_status_check CHECK ((status = ANY (ARRAY['queued'::text, 'running'::text, 'waiting'::text, 'completed'::text, 'failed'::text, 'cancelled'::text])))
);
CREATE INDEX runs_active ON runs USING btree (conversation_id) WHERE (status = ANY (ARRAY['queued'::text, 'running'::text, 'waiting'::text]));
CREATE UNIQUE INDEX runs_client ON runs USING btree (conversation_id, client_id) WHERE (client_id IS NOT NULL);
CREATE INDEX runs_conversation ON runs USING btree (conversation_id, created_at);
CREATE INDEX runs_due ON runs USING btree (created_at) WHERE (status = ANY (ARRAY['queued'::text, 'running'::text]));
CREATE UNIQUE INDEX runs_one_active ON runs USING btree (conversation_id) WHERE (status = ANY (ARRAY['running'::text, 'waiting'::text]));
CREATE INDEX runs_uncompacted ON runs USING btree (ended_at) WHERE ((ended_at IS NOT NULL) AND (NOT is_compacted));
CREATE INDEX runs_user ON runs USING btree (tenant_id, user_id, created_at DESC, id DESC);
alter table runs enable row level security, force row level security;
create policy all_rows on runs as permissive for all to aura_system, aura_writer using (true) with check (true);
create policy tenant_rows on runs as permissive for all to aura_app using ((tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid)) with check ((tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid));
grant insert, select, update on runs to aura_app;
grant delete, insert, select, update on runs to aura_system;
grant select (id, tenant_id, status, fence) on runs to aura_writer;
grant update (started_at) on runs to aura_writer;

create table sessions (
  id uuid not null,
  tenant_id uuid not null,
  user_id uuid not null,
  generation integer not null default 1,
  refresh_hash bytea not null,
  rotated_at timestamp with time zone not null default now(),
  created_at timestamp with time zone not null default now(),
  last_used_at timestamp with time zone not null default now(),
  expires_at timestamp with time zone not null,
  revoked_at timestamp with time zone,
  revoked_reason text,
  user_agent text,
  address text,
  act jsonb,
  constraint sessions_pkey PRIMARY KEY (id),
  constraint sessions_tenant_id_user_id_fkey FOREIGN KEY (tenant_id, user_id) REFERENCES memberships(tenant_id, user_id)
);
CREATE INDEX sessions_created ON sessions USING btree (created_at);
CREATE INDEX sessions_revoked ON sessions USING btree (revoked_at) WHERE (revoked_at IS NOT NULL);
CREATE INDEX sessions_user ON sessions USING btree (user_id) WHERE (revoked_at IS NULL);
alter table sessions enable row level security, force row level security;
create policy all_rows on sessions as permissive for all to aura_system, aura_writer using (true) with check (true);
create policy tenant_rows on sessions as permissive for all to aura_app using ((tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid)) with check ((tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid));
grant insert, select, update on sessions to aura_app;
grant delete, insert, select, update on sessions to aura_system;

create table socket_tickets (
  hash bytea not null,
  tenant_id uuid not null,
  user_id uuid not null,
  session_id uuid not null,
  role text not null,
  session_believed_until timestamp with time zone not null,
  expires_at timestamp with time zone not null,
  constraint socket_tickets_pkey PRIMARY KEY (hash),
  constraint socket_tickets_tenant_id_user_id_fkey FOREIGN KEY (tenant_id, user_id) REFERENCES memberships(tenant_id, user_id) ON DELETE CASCADE,
  constraint socket_tickets_hash_check CHECK ((octet_length(hash) = 32))
);
CREATE INDEX socket_tickets_expires_at ON socket_tickets USING btree (expires_at);
CREATE INDEX socket_tickets_user ON socket_tickets USING btree (tenant_id, user_id);
alter table socket_tickets enable row level security, force row level security;
create policy all_rows on socket_tickets as permissive for all to aura_system, aura_writer using (true) with check (true);
create policy tenant_rows on socket_tickets as permissive for all to aura_app using ((tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid)) with check ((tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid));
grant delete, insert, select on socket_tickets to aura_system;
grant select (tenant_id, user_id, expires_at) on socket_tickets to aura_app;
grant update (expires_at) on socket_tickets to aura_system;

create table steps (
  run_id uuid not null,
  index integer not null,
  tenant_id uuid not null,
  kind text not null,
  data jsonb not null,
  at timestamp with time zone not null default now(),
  constraint steps_pkey PRIMARY KEY (run_id, index),
  constraint steps_tenant_id_run_id_fkey FOREIGN KEY (tenant_id, run_id) REFERENCES runs(tenant_id, id),
  constraint steps_kind_check CHECK ((kind = ANY (ARRAY['model'::text, 'tool'::text, 'message'::text])))
);
alter table steps enable row level security, force row level security;
create policy all_rows on steps as permissive for all to aura_system, aura_writer using (true) with check (true);
create policy tenant_rows on steps as permissive for all to aura_app using ((tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid)) with check ((tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid));
grant delete, insert, select on steps to aura_app;
grant delete, insert, select on steps to aura_system;

create table streams (
  id uuid not null,
  tenant_id uuid not null,
  kind text not null,
  epoch text not null,
  head bigint not null default 0,
  oldest bigint not null default 1,
  constraint streams_pkey PRIMARY KEY (id),
  constraint streams_tenant_id_id_key UNIQUE (tenant_id, id),
  constraint streams_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id),
  constraint streams_kind_check CHECK ((kind = ANY (ARRAY['user'::text, 'conversation'::text, 'room'::text])))
);
CREATE INDEX streams_user ON streams USING btree (id) WHERE (kind = 'user'::text);
alter table streams enable row level security, force row level security;
create policy all_rows on streams as permissive for all to aura_system, aura_writer using (true) with check (true);
create policy tenant_rows on streams as permissive for all to aura_app using ((tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid)) with check ((tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid));
grant insert, select, update on streams to aura_app;
grant delete, insert, select, update on streams to aura_system;
grant select (id, tenant_id, head) on streams to aura_writer;
grant update (head) on streams to aura_writer;

create table tenants (
  id uuid not null,
  slug text not null,
  name text not null,
  created_at timestamp with time zone not null default now(),
  constraint tenants_pkey PRIMARY KEY (id),
  constraint tenants_slug_key UNIQUE (slug)
);
alter table tenants enable row level security, force row level security;
create policy all_rows on tenants as permissive for all to aura_system, aura_writer using (true) with check (true);
create policy tenant_rows on tenants as permissive for all to aura_app using ((id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid)) with check ((id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid));
grant select on tenants to aura_app;
grant insert, select, update on tenants to aura_system;

create table tool_calls (
  run_id uuid not null,
  call_id text not null,
  tenant_id uuid not null,
  tool_name text not null,
  tool_version text not null,
  args_hash text not null,
  repeat text not null,
  approval_id uuid,
  fence bigint not null,
  attempts integer not null default 1,
  started_at timestamp with time zone not null,
  constraint tool_calls_pkey PRIMARY KEY (run_id, call_id),
  constraint tool_calls_approval_id_fkey FOREIGN KEY (approval_id) REFERENCES approvals(id),
  constraint tool_calls_tenant_id_run_id_fkey FOREIGN KEY (tenant_id, run_id) REFERENCES runs(tenant_id, id)
);
CREATE INDEX tool_calls_approval ON tool_calls USING btree (approval_id) WHERE (approval_id IS NOT NULL);
alter table tool_calls enable row level security, force row level security;
create policy all_rows on tool_calls as permissive for all to aura_system, aura_writer using (true) with check (true);
create policy tenant_rows on tool_calls as permissive for all to aura_app using ((tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid)) with check ((tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid));
grant insert, select, update on tool_calls to aura_app;
grant delete, select on tool_calls to aura_system;

create table usage_entries (
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
  created_at timestamp with time zone not null,
  constraint usage_entries_pkey PRIMARY KEY (run_id, step, attempt),
  constraint usage_entries_tenant_id_run_id_fkey FOREIGN KEY (tenant_id, run_id) REFERENCES runs(tenant_id, id)
);
CREATE INDEX usage_entries_tenant ON usage_entries USING btree (tenant_id, created_at);
CREATE INDEX usage_entries_user ON usage_entries USING btree (tenant_id, user_id, created_at);
alter table usage_entries enable row level security, force row level security;
create policy all_rows on usage_entries as permissive for all to aura_system, aura_writer using (true) with check (true);
create policy tenant_rows on usage_entries as permissive for all to aura_app using ((tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid)) with check ((tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid));
grant insert, select, update on usage_entries to aura_app;
grant delete, select on usage_entries to aura_system;

create table used_once (
  digest bytea not null,
  expires_at timestamp with time zone not null,
  constraint used_once_pkey PRIMARY KEY (digest),
  constraint used_once_digest_check CHECK ((octet_length(digest) = 32))
);
CREATE INDEX used_once_age ON used_once USING btree (expires_at);
alter table used_once enable row level security, force row level security;
create policy all_rows on used_once as permissive for all to aura_system using (true) with check (true);
grant delete, insert, select, update on used_once to aura_system;

create table users (
  id uuid not null,
  email text not null,
  password_hash text,
  nickname text,
  picture_url text,
  tier text not null default 'free'::text,
  is_active boolean not null default true,
  created_at timestamp with time zone not null default now(),
  constraint users_pkey PRIMARY KEY (id)
);
CREATE UNIQUE INDEX users_email_key ON users USING btree (lower(email));
alter table users enable row level security, force row level security;
create policy all_rows on users as permissive for all to aura_system using (true) with check (true);
create policy member_rows on users as permissive for select to aura_app using ((EXISTS ( SELECT
   FROM memberships m
  WHERE ((m.user_id = users.id) AND (m.tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid)))));
grant insert, select, update on users to aura_system;
grant select (id, email, nickname, picture_url, tier, is_active, created_at) on users to aura_app;
