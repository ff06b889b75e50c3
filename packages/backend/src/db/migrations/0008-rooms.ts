import type { Kysely } from 'kysely';
import { runStatements } from '../run-statements.ts';
import { isolate } from './isolate.ts';

/** Kana, Han and Hangul. */
export const CHARACTER_WORDS = String.raw`\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3`;
/** Punctuation and symbols, ASCII and beyond, listed because what databases take for a letter depends on their locale. */
export const BETWEEN_WORDS =
  String.raw`\u0001-/:-@\[-\u0060{-\u00a9\u00ab-\u00b4\u00b6-\u00b9\u00bb-\u00bf\u00d7\u00f7\u2000-\u2bff\u3000-\u303f` +
  String.raw`\ufe30-\ufe4f\uff01-\uff0f\uff1a-\uff20\uff3b-\uff40\uff5b-\uff65\U0001f000-\U0001faff`;

/**
 * Rooms. A room shares its id with a row of `conversations` and a stream: messages, runs and approvals of a room are those
 * of its conversation, so all that is true of runs holds there as well.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await runStatements(db, [
    `alter table streams drop constraint streams_kind_check`,
    `alter table streams add constraint streams_kind_check check (kind in ('user', 'conversation', 'room'))`,
    `alter table conversations add column is_room boolean not null default false`,

    `create table rooms (
      id uuid primary key,
      tenant_id uuid not null,
      number integer not null,
      name text not null,
      topic text not null default '',
      is_public boolean not null default false,
      post_id text,
      deciders text not null default 'asker' check (deciders in ('members', 'moderators', 'asker')),
      hides_args boolean not null default false,
      slow_mode_seconds integer not null default 0,
      created_by uuid not null,
      client_id text not null,
      request_hash text not null,
      created_at timestamptz not null,
      archived_at timestamptz,
      unique (tenant_id, id),
      unique (tenant_id, number),
      unique (tenant_id, created_by, client_id),
      foreign key (tenant_id, id) references conversations (tenant_id, id)
    )`,
    `create index rooms_public on rooms (tenant_id, number) where is_public and archived_at is null`,
    ...isolate('rooms'),

    `create table room_members (
      tenant_id uuid not null,
      room_id uuid not null,
      user_id uuid not null,
      role text not null check (role in ('owner', 'moderator', 'member')),
      name text not null,
      picture_url text,
      joined_at timestamptz not null,
      read_seq bigint not null default 0,
      muted_until timestamptz,
      last_posted_at timestamptz,
      primary key (room_id, user_id),
      -- Makes muting change a key: messages that wait for it read the row anew, and markers of what was read do not wait.
      unique (room_id, user_id, muted_until),
      foreign key (tenant_id, room_id) references rooms (tenant_id, id),
      -- Nobody vanishes from a room: whoever is taken out of a tenant leaves its rooms first, which says so in them.
      foreign key (tenant_id, user_id) references memberships (tenant_id, user_id)
    )`,
    `create index room_members_user on room_members (tenant_id, user_id)`,
    ...isolate('room_members'),

    `create table room_bans (
      tenant_id uuid not null,
      room_id uuid not null,
      user_id uuid not null,
      name text not null,
      reason text,
      banned_by uuid not null,
      banned_at timestamptz not null,
      primary key (room_id, user_id),
      foreign key (tenant_id, room_id) references rooms (tenant_id, id)
    )`,
    ...isolate('room_bans'),

    // What still holds of somebody who left, so that coming back lifts nothing.
    `create table room_departures (
      tenant_id uuid not null,
      room_id uuid not null,
      user_id uuid not null,
      muted_until timestamptz,
      last_posted_at timestamptz,
      primary key (room_id, user_id),
      foreign key (tenant_id, room_id) references rooms (tenant_id, id)
    )`,
    ...isolate('room_departures'),

    `alter table messages
      add column author_id uuid,
      add column author_name text,
      add column thread_of uuid,
      add column mentions uuid[] not null default '{}',
      add column reply_count integer not null default 0,
      add column last_reply_at timestamptz,
      add column edited_at timestamptz,
      add column deleted_at timestamptz,
      add column pinned_seq bigint,
      add column revision_seqs bigint[] not null default '{}'`,
    // A clientId is its author's own: two people of a room may come upon the same one.
    `alter table messages drop constraint messages_tenant_id_conversation_id_client_id_key`,
    `create unique index messages_client on messages
      (conversation_id, client_id, coalesce(author_id, '00000000-0000-0000-0000-000000000000')) where client_id is not null`,
    `create index messages_thread on messages (thread_of, seq) where thread_of is not null`,
    `create index messages_pinned on messages (conversation_id, pinned_seq) where pinned_seq is not null`,

    // What a message is found by: its words in lower case, every Chinese, Japanese or Korean character as a word of its own
    // (those have no spaces, or endings where others have them), its room and its tenant. Punctuation parts words: left
    // to itself the parser takes names of files for hosts. `search-terms.ts` parts what is searched for alike.
    String.raw`create function message_words(tenant_id uuid, room_id uuid, words text) returns tsvector
      language sql immutable parallel safe
      return array_to_tsvector(array[tenant_id::text, room_id::text]) || to_tsvector('simple'::regconfig,
        regexp_replace(words, '([${CHARACTER_WORDS}])|[${BETWEEN_WORDS}]', ' \1 ', 'g'))`,
    `create index messages_words on messages using gin (message_words(tenant_id, conversation_id, text))`,

    `create table message_reactions (
      tenant_id uuid not null,
      message_id uuid not null,
      emoji text not null,
      user_id uuid not null,
      seq bigint not null,
      primary key (message_id, emoji, user_id),
      foreign key (message_id) references messages (id) on delete cascade
    )`,
    ...isolate('message_reactions'),

    `create table attachments (
      id uuid primary key,
      tenant_id uuid not null,
      room_id uuid not null,
      uploaded_by uuid not null,
      message_id uuid,
      name text not null,
      media_type text not null,
      bytes bigint not null,
      sha256 bytea not null check (octet_length(sha256) = 32),
      position integer not null default 0,
      created_at timestamptz not null,
      foreign key (tenant_id, room_id) references rooms (tenant_id, id),
      foreign key (message_id) references messages (id) on delete cascade
    )`,
    `create index attachments_message on attachments (message_id, position) where message_id is not null`,
    `create index attachments_loose on attachments (created_at) where message_id is null`,
    ...isolate('attachments'),

    `alter table approvals drop constraint approvals_approver_kind_check`,
    `alter table approvals add constraint approvals_approver_kind_check
      check (approver_kind in ('owner', 'users', 'role', 'room'))`,
    `alter table approvals add column approver_who text check (approver_who in ('members', 'moderators'))`,

    // Deleting a message takes its words out of the log as well.
    `grant update (data) on events to aura_app`,
    `grant update (text, mentions, reply_count, last_reply_at, edited_at, deleted_at, pinned_seq, revision_seqs)
      on messages to aura_app`,
    `grant select, insert, update on rooms to aura_app`,
    `grant select, insert, update, delete on room_members, room_bans, room_departures, message_reactions, attachments
      to aura_app`,
    `grant select, delete on attachments to aura_system`,
    `grant select, delete on message_reactions to aura_system`,
    // To lock a room one must be allowed to update some column of it; this one decides little.
    `grant select, update (slow_mode_seconds) on rooms to aura_system`,
    `grant select, update (role) on room_members to aura_system`,

    `grant select (id, tenant_id, slow_mode_seconds, archived_at), update (slow_mode_seconds) on rooms to aura_writer`,
    `grant select (room_id, user_id, tenant_id, role, name, muted_until, last_posted_at), update (last_posted_at)
      on room_members to aura_writer`,
    `grant select (id, conversation_id, author_id, client_id, request_hash, run_id, seq, created_at), insert
      on messages to aura_writer`,
  ]);
}
