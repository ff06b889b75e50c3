import { sql } from 'kysely';
import { jsonText } from '../db/json-text.ts';
import type { Tx } from '../db/transaction.ts';
import type { NewEvent, StreamEvent } from './event.ts';

export interface Append {
  streamId: string;
  events: readonly NewEvent[];
}

/**
 * Appends to one or more streams in the caller's transaction and has the events announced when it commits. Answers the
 * stored events, one array per append in the order given. Call it once, last, in a transaction: it locks the streams'
 * rows (in id order, so that two transactions cannot deadlock), and that lock is what makes `seq` dense and in commit
 * order. Throws when a stream does not exist or belongs to another tenant.
 */
export async function append(tx: Tx, appends: readonly Append[]): Promise<StreamEvent[][]> {
  const input = appends.flatMap(({ streamId, events }, req) =>
    events.map((event, ord) => ({
      req,
      ord,
      stream_id: streamId,
      type: event.type,
      run_id: event.runId ?? null,
      data: event.data,
    })),
  );
  // Named apart from the input, of whose size the planner knows nothing: it would read the whole table.
  const ids = [...new Set(appends.map(({ streamId }) => streamId))];
  const { rows } = await sql<{
    req: number;
    seq: number;
    type: string;
    runId: string | null;
    at: Date;
    data: StreamEvent['data'];
  }>`
    with input as materialized (
      select * from jsonb_to_recordset(${jsonText(input)}::jsonb)
        as x(req int, ord int, stream_id uuid, type text, run_id uuid, data jsonb)
    ),
    locked as materialized (
      select id from streams where id = any(${ids}::uuid[]) order by id for update
    ),
    heads as (
      update streams s set head = s.head + c.n
      from (select stream_id, count(*) as n from input group by stream_id) c
      where s.id = c.stream_id and s.id = any(${ids}::uuid[]) and s.id in (select id from locked)
      returning s.id, s.tenant_id, s.head - c.n as base
    ),
    numbered as materialized (
      select i.req, i.ord, i.type, i.run_id, i.data, h.id as stream_id, h.tenant_id,
        h.base + row_number() over (partition by i.stream_id order by i.req, i.ord) as seq,
        date_trunc('milliseconds', clock_timestamp()) as at
      from input i join heads h on h.id = i.stream_id
    ),
    inserted as (
      insert into events (stream_id, seq, tenant_id, type, run_id, data, at)
      select stream_id, seq, tenant_id, type, run_id, data, at from numbered
    )
    select req, seq, type, run_id, at, data from numbered order by req, ord`.execute(tx.db);
  if (rows.length !== input.length) throw new Error('append: a stream does not exist in this tenant');
  return appends.map(({ streamId }, req) => {
    const events = rows
      .filter((row) => row.req === req)
      .map(({ seq, type, runId, at, data }): StreamEvent => ({
        seq,
        type,
        runId,
        at: at.toISOString(),
        data,
      }));
    if (events.length > 0) tx.batches.push({ streamId, events });
    return events;
  });
}
