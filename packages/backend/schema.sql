-- What the migrations make: tables, constraints, indexes, policies and grants, read from the catalog of a migrated
-- database by `npm run schema`. Not run by anything and not edited by hand; a test compares it on both databases.

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
  constraint conversations_pkey PRIMARY KEY (id),
  constraint conversations_tenant_id_id_key UNIQUE (tenant_id, id),
  constraint conversations_tenant_id_user_id_client_id_key UNIQUE (tenant_id, user_id, client_id),
  constraint conversations_tenant_id_id_fkey FOREIGN KEY (tenant_id, id) REFERENCES streams(tenant_id, id),
  constraint conversations_tenant_id_user_id_fkey FOREIGN KEY (tenant_id, user_id) REFERENCES memberships(tenant_id, user_id)
);
CREATE INDEX conversations_list ON conversations USING btree (tenant_id, user_id, is_archived, is_pinned DESC, updated_at DESC, id DESC) WHERE (deleted_at IS NULL);
alter table conversations enable row level security, force row level security;
create policy all_rows on conversations as permissive for all to aura_system, aura_writer using (true) with check (true);
create policy tenant_rows on conversations as permissive for all to aura_app using ((tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid)) with check ((tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid));
grant insert, select, update on conversations to aura_app;
grant insert, select, update on conversations to aura_system;

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
grant insert, select on events to aura_system;
grant insert on events to aura_writer;

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

create table memberships (
  tenant_id uuid not null,
  user_id uuid not null,
  role text not null,
  stream_id uuid not null,
  created_at timestamp with time zone not null default now(),
  constraint memberships_pkey PRIMARY KEY (tenant_id, user_id),
  constraint memberships_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id),
  constraint memberships_tenant_id_stream_id_fkey FOREIGN KEY (tenant_id, stream_id) REFERENCES streams(tenant_id, id),
  constraint memberships_user_id_fkey FOREIGN KEY (user_id) REFERENCES users(id),
  constraint memberships_role_check CHECK ((role = ANY (ARRAY['admin'::text, 'user'::text, 'guest'::text])))
);
CREATE INDEX memberships_user ON memberships USING btree (user_id);
alter table memberships enable row level security, force row level security;
create policy all_rows on memberships as permissive for all to aura_system, aura_writer using (true) with check (true);
create policy tenant_rows on memberships as permissive for all to aura_app using ((tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid)) with check ((tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid));
grant select on memberships to aura_app;
grant insert, select, update on memberships to aura_system;

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
  constraint messages_pkey PRIMARY KEY (id),
  constraint messages_tenant_id_conversation_id_client_id_key UNIQUE (tenant_id, conversation_id, client_id),
  constraint messages_tenant_id_conversation_id_seq_key UNIQUE (tenant_id, conversation_id, seq),
  constraint messages_tenant_id_conversation_id_fkey FOREIGN KEY (tenant_id, conversation_id) REFERENCES conversations(tenant_id, id),
  constraint messages_role_check CHECK ((role = ANY (ARRAY['user'::text, 'assistant'::text])))
);
alter table messages enable row level security, force row level security;
create policy all_rows on messages as permissive for all to aura_system, aura_writer using (true) with check (true);
create policy tenant_rows on messages as permissive for all to aura_app using ((tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid)) with check ((tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid));
grant insert, select on messages to aura_app;
grant insert, select on messages to aura_system;

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
  constraint runs_pkey PRIMARY KEY (id),
  constraint runs_tenant_id_id_key UNIQUE (tenant_id, id),
  constraint runs_tenant_id_conversation_id_fkey FOREIGN KEY (tenant_id, conversation_id) REFERENCES conversations(tenant_id, id),
  constraint runs_status_check CHECK ((status = ANY (ARRAY['queued'::text, 'running'::text, 'completed'::text, 'failed'::text, 'cancelled'::text])))
);
CREATE INDEX runs_due ON runs USING btree (created_at) WHERE (status = ANY (ARRAY['queued'::text, 'running'::text]));
CREATE UNIQUE INDEX runs_one_active ON runs USING btree (conversation_id) WHERE (status = ANY (ARRAY['queued'::text, 'running'::text]));
CREATE INDEX runs_user ON runs USING btree (tenant_id, user_id, created_at DESC, id DESC);
alter table runs enable row level security, force row level security;
create policy all_rows on runs as permissive for all to aura_system, aura_writer using (true) with check (true);
create policy tenant_rows on runs as permissive for all to aura_app using ((tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid)) with check ((tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid));
grant insert, select, update on runs to aura_app;
grant insert, select, update on runs to aura_system;
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
  constraint sessions_pkey PRIMARY KEY (id),
  constraint sessions_tenant_id_user_id_fkey FOREIGN KEY (tenant_id, user_id) REFERENCES memberships(tenant_id, user_id)
);
CREATE INDEX sessions_revoked ON sessions USING btree (revoked_at) WHERE (revoked_at IS NOT NULL);
CREATE INDEX sessions_user ON sessions USING btree (user_id) WHERE (revoked_at IS NULL);
alter table sessions enable row level security, force row level security;
create policy all_rows on sessions as permissive for all to aura_system, aura_writer using (true) with check (true);
create policy tenant_rows on sessions as permissive for all to aura_app using ((tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid)) with check ((tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid));
grant insert, select, update on sessions to aura_app;
grant insert, select, update on sessions to aura_system;

create table steps (
  run_id uuid not null,
  index integer not null,
  tenant_id uuid not null,
  kind text not null,
  data jsonb not null,
  at timestamp with time zone not null default now(),
  constraint steps_pkey PRIMARY KEY (run_id, index),
  constraint steps_tenant_id_run_id_fkey FOREIGN KEY (tenant_id, run_id) REFERENCES runs(tenant_id, id),
  constraint steps_kind_check CHECK ((kind = ANY (ARRAY['model'::text, 'tool'::text])))
);
alter table steps enable row level security, force row level security;
create policy all_rows on steps as permissive for all to aura_system, aura_writer using (true) with check (true);
create policy tenant_rows on steps as permissive for all to aura_app using ((tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid)) with check ((tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid));
grant insert, select on steps to aura_app;
grant insert, select on steps to aura_system;

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
  constraint streams_kind_check CHECK ((kind = ANY (ARRAY['user'::text, 'conversation'::text])))
);
alter table streams enable row level security, force row level security;
create policy all_rows on streams as permissive for all to aura_system, aura_writer using (true) with check (true);
create policy tenant_rows on streams as permissive for all to aura_app using ((tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid)) with check ((tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid));
grant insert, select, update on streams to aura_app;
grant insert, select, update on streams to aura_system;
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
