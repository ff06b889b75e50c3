import { AGENT_NAME, type PostedMessage } from '@aura/contract';
import { type Kysely, type RawBuilder, sql } from 'kysely';
import type { Schema } from '../../db/schema.ts';
import type { StreamEvent } from '../../realtime/event.ts';
import { groupJson } from '../../realtime/group-commit.ts';

/** A message that is to be posted, by a member or, for a member, by the agent. */
export interface NewRoomMessage {
  tenantId: string;
  roomId: string;
  /** Whose membership it takes. */
  userId: string;
  requestHash: string;
  clientId: string;
  message: Omit<PostedMessage, 'authorName'>;
  thread: { replyCount: number } | null;
}

/** What became of it. `repeated`: it had been posted before, under the same clientId. */
export type WrittenMessage =
  | { kind: 'posted'; event: StreamEvent }
  | { kind: 'repeated'; messageId: string; seq: number; runId: string | null }
  | { kind: 'conflict' }
  | { kind: 'absent' }
  | { kind: 'archived' }
  | { kind: 'muted'; until: Date; now: Date }
  | { kind: 'slow'; retryAfterMs: number };

/** Posts messages, one answer each, in order. */
export async function writeMessages(
  db: Kysely<Schema>,
  requests: readonly NewRoomMessage[],
): Promise<WrittenMessage[]> {
  const { rows } = await postStatement(requests).execute(db);
  return rows.map((row) => outcomeOf(row));
}

interface Row {
  req: number;
  outcome: WrittenMessage['kind'];
  seq: number | null;
  at: Date | null;
  data: StreamEvent['data'] | null;
  earlierId: string | null;
  earlierSeq: number | null;
  earlierRunId: string | null;
  mutedUntil: Date | null;
  now: Date;
  retryAfterMs: number | null;
}

const NOBODY = sql`'00000000-0000-0000-0000-000000000000'::uuid`;

/**
 * All of it in one statement: every message is judged, and those that may be posted are numbered, stored and said.
 *
 * 1. Locks are taken rooms first, then members, then streams, each in id order.
 * 2. Who removes or mutes a member, or archives a room, waits for the messages before it, and a message after it is
 *    refused.
 * 3. Two nodes that post the same at once: one of them fails on the unique index and finds the other's when it tries
 *    again.
 * 4. In slow mode, two of one member: one finds that the time of the last is not what it was any more.
 */
function postStatement(requests: readonly NewRoomMessage[]): RawBuilder<Row> {
  const roomIds = [...new Set(requests.map(({ roomId }) => roomId))];
  return sql<Row>`
    with input as materialized (
      select * from jsonb_to_recordset(${groupJson(inputOf(requests))}::jsonb) as x(
        req int, tenant_id uuid, room_id uuid, user_id uuid, author_id uuid, message_id uuid, client_id text,
        request_hash text, run_id uuid, thread_of uuid, mentions uuid[], message jsonb, thread jsonb)
    ),
    room as materialized (
      select id, tenant_id, slow_mode_seconds, archived_at from rooms
      where id = any(${roomIds}::uuid[]) order by id for share
    ),
    member as materialized (
      select m.room_id, m.user_id, m.tenant_id, m.role, m.name, m.muted_until, m.last_posted_at
      from room_members m
      where (m.room_id, m.user_id) in (select room_id, user_id from input)
        and m.room_id in (select id from room)
      order by m.room_id, m.user_id for key share of m
    ),
    judged as materialized (
      select i.*, m.name, m.muted_until, e.id as earlier_id, e.seq as earlier_seq, e.run_id as earlier_run_id,
        case when m.role = 'member' then r.slow_mode_seconds else 0 end as pause_seconds, m.last_posted_at,
        case
          when r.id is null or m.user_id is null then 'absent'
          when e.id is not null then case when e.request_hash = i.request_hash then 'repeated' else 'conflict' end
          when r.archived_at is not null then 'archived'
          when m.muted_until > clock_timestamp() then 'muted'
          when r.slow_mode_seconds > 0 and m.role = 'member' and (
            m.last_posted_at + make_interval(secs => r.slow_mode_seconds) > clock_timestamp()
            or row_number() over (partition by i.room_id, i.user_id, e.id is null order by i.req) > 1) then 'slow'
          else 'posted'
        end as outcome
      from input i
      left join room r on r.id = i.room_id and r.tenant_id = i.tenant_id
      left join member m on m.room_id = i.room_id and m.user_id = i.user_id and m.tenant_id = i.tenant_id
      left join lateral (
        select id, request_hash, seq, run_id from messages
        where conversation_id = i.room_id and client_id = i.client_id
          and coalesce(author_id, ${NOBODY}) = coalesce(i.author_id, ${NOBODY})
        limit 1) e on true
    ),
    paced as (
      update room_members m set last_posted_at = date_trunc('milliseconds', clock_timestamp()) from judged j
      where j.outcome = 'posted' and j.pause_seconds > 0 and m.room_id = j.room_id and m.user_id = j.user_id
        and m.last_posted_at is not distinct from j.last_posted_at
      returning m.room_id, m.user_id
    ),
    decided as materialized (
      select j.*, case when j.outcome = 'posted' and j.pause_seconds > 0 and p.user_id is null then 'slow'
        else j.outcome end as decision
      from judged j left join paced p on p.room_id = j.room_id and p.user_id = j.user_id
    ),
    locked as materialized (
      select id from streams
      where id = any(${roomIds}::uuid[]) and id in (select room_id from decided where decision = 'posted')
      order by id for update
    ),
    heads as (
      update streams s set head = s.head + j.n
      from (select room_id, tenant_id, count(*) as n from decided where decision = 'posted' group by 1, 2) j
      where s.id = j.room_id and s.id = any(${roomIds}::uuid[]) and s.tenant_id = j.tenant_id
        and s.id in (select id from locked)
      returning s.id, s.head - j.n as base
    ),
    numbered as materialized (
      select j.req, j.tenant_id, j.room_id, j.user_id, j.author_id, j.message_id, j.client_id, j.request_hash,
        j.run_id, j.thread_of, j.mentions, j.message->>'text' as text,
        case when j.author_id is null then ${AGENT_NAME} else j.name end as author_name,
        jsonb_build_object('thread', j.thread, 'message', j.message || jsonb_build_object('authorName',
          case when j.author_id is null then ${AGENT_NAME} else j.name end)) as data,
        h.base + row_number() over (partition by j.room_id order by j.req) as seq,
        date_trunc('milliseconds', clock_timestamp()) as at
      from decided j join heads h on h.id = j.room_id where j.decision = 'posted'
    ),
    stored as (
      insert into messages (id, tenant_id, conversation_id, run_id, role, client_id, request_hash, text, author_id,
        author_name, thread_of, mentions, revision_seqs, seq, created_at)
      select message_id, tenant_id, room_id, run_id, case when author_id is null then 'assistant' else 'user' end,
        client_id, request_hash, text, author_id, author_name, thread_of, mentions, array[seq], seq, at
      from numbered
    ),
    said as (
      insert into events (stream_id, seq, tenant_id, type, run_id, data, at)
      select room_id, seq, tenant_id, 'message_posted', null, data, at from numbered
    )
    select j.req, j.decision as outcome, n.seq, n.at, n.data, j.earlier_id, j.earlier_seq, j.earlier_run_id,
      j.muted_until, clock_timestamp() as now, (1000 * case when j.last_posted_at + make_interval(secs => j.pause_seconds) > clock_timestamp()
        then ceil(extract(epoch from j.last_posted_at + make_interval(secs => j.pause_seconds) - clock_timestamp()))
        else j.pause_seconds end)::int as retry_after_ms
    from decided j left join numbered n on n.req = j.req order by j.req`;
}

/** The requests as the columns of the statement's `input`. */
function inputOf(requests: readonly NewRoomMessage[]): object[] {
  return requests.map(({ tenantId, roomId, userId, clientId, requestHash, message, thread }, req) => ({
    req,
    tenant_id: tenantId,
    room_id: roomId,
    user_id: userId,
    author_id: message.authorId,
    message_id: message.id,
    client_id: clientId,
    request_hash: requestHash,
    run_id: message.runId,
    thread_of: message.threadOf,
    mentions: message.mentions,
    message,
    thread,
  }));
}

function outcomeOf(row: Row): WrittenMessage {
  const { outcome, seq, at, data } = row;
  switch (outcome) {
    case 'posted': {
      if (seq === null || at === null || data === null) throw new Error('a message was not stored');
      const event = { seq, type: 'message_posted', runId: null, at: at.toISOString(), data };
      return { kind: 'posted', event };
    }
    case 'repeated':
      if (row.earlierId === null || row.earlierSeq === null) throw new Error('a repetition of nothing');
      return { kind: 'repeated', messageId: row.earlierId, seq: row.earlierSeq, runId: row.earlierRunId };
    case 'muted':
      return { kind: 'muted', until: row.mutedUntil ?? row.now, now: row.now };
    case 'slow':
      return { kind: 'slow', retryAfterMs: row.retryAfterMs ?? 0 };
    case 'conflict':
    case 'absent':
    case 'archived':
      return { kind: outcome };
  }
}
