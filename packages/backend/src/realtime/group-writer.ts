import { sql, type Kysely } from 'kysely';
import type { Database } from '../db/database.ts';
import { asWriter } from '../db/as-writer.ts';
import type { Schema } from '../db/schema.ts';
import type { NewEvent, StreamEvent } from './event.ts';
import { createGroupCommit, groupJson, publishGroup } from './group-commit.ts';
import type { Hub } from './hub.ts';

/**
 * Appends of what runs say, committed in groups. A request whose run has another fence by now writes nothing and is
 * refused alone. Locks are taken runs first, then streams, each in id order, as everywhere.
 */
export interface GroupWriter extends AsyncDisposable {
  /** Resolves with the stored events. Rejects with `FencedError` when the run is no longer this owner's. */
  append(request: GroupAppend): Promise<StreamEvent[]>;
}

export interface GroupAppend {
  tenantId: string;
  streamId: string;
  events: readonly NewEvent[];
  /** The run these events belong to, and the claim they are written under. */
  claim?: { runId: string; fence: number };
}

/** The run was stopped or claimed by somebody else: its writer must stop at once and write nothing more. */
export class FencedError extends Error {
  override name = 'FencedError';
}

export function createGroupWriter(ctx: { database: Database; hub: Pick<Hub, 'publish'> }): GroupWriter {
  const group = createGroupCommit<GroupAppend, StreamEvent[]>({
    partOf: ({ streamId }) => streamId,
    async write(requests) {
      const results = await write(ctx.database, requests);
      publishGroup(
        ctx.hub,
        requests.map(({ streamId }, index) => ({ streamId, events: results[index] ?? [] })),
      );
      return results.map((events) =>
        events.length > 0 ? events : new FencedError('the stream or the claim on its run is gone'),
      );
    },
  });
  return {
    append: async (request) => (request.events.length === 0 ? [] : await group.add(request)),
    [Symbol.asyncDispose]: async () => await group[Symbol.asyncDispose](),
  };
}

interface NumberedRow {
  req: number;
  seq: number;
  type: string;
  runId: string | null;
  at: Date;
  data: StreamEvent['data'];
}

async function write(database: Database, requests: readonly GroupAppend[]): Promise<StreamEvent[][]> {
  const rows = await asWriter(database, async (db) => await writeRows(db, requests));
  const results: StreamEvent[][] = requests.map(() => []);
  for (const { req, seq, type, runId, at, data } of rows) {
    results[req]?.push({ seq, type, runId, at: at.toISOString(), data });
  }
  return results;
}

async function writeRows(db: Kysely<Schema>, requests: readonly GroupAppend[]): Promise<NumberedRow[]> {
  const input = requests.flatMap(({ tenantId, streamId, events, claim }, req) =>
    events.map((event, ord) => ({
      req,
      ord,
      tenant_id: tenantId,
      stream_id: streamId,
      claim_run_id: claim?.runId ?? null,
      claim_fence: claim?.fence ?? null,
      type: event.type,
      run_id: event.runId ?? null,
      data: event.data,
    })),
  );
  // Named apart from the input, of whose size the planner knows nothing: it would read the whole tables.
  const streamIds = [...new Set(requests.map(({ streamId }) => streamId))];
  const runIds = [...new Set(requests.flatMap(({ claim }) => claim?.runId ?? []))];
  const { rows } = await sql<NumberedRow>`
    with input as materialized (
      select * from jsonb_to_recordset(${groupJson(input)}::jsonb) as x(
        req int, ord int, tenant_id uuid, stream_id uuid, claim_run_id uuid, claim_fence bigint,
        type text, run_id uuid, data jsonb)
    ),
    claims as materialized (
      select id, tenant_id, fence, status from runs
      where id = any(${runIds}::uuid[]) order by id for no key update
    ),
    accepted as materialized (
      select i.* from input i left join claims c on c.id = i.claim_run_id
      where i.claim_run_id is null
        or (c.tenant_id = i.tenant_id and c.fence = i.claim_fence and c.status = 'running')
    ),
    locked as materialized (
      select id from streams
      where id = any(${streamIds}::uuid[]) and id in (select stream_id from accepted) order by id for update
    ),
    heads as (
      update streams s set head = s.head + a.n
      from (select stream_id, tenant_id, count(*) as n from accepted group by 1, 2) a
      where s.id = a.stream_id and s.id = any(${streamIds}::uuid[]) and s.tenant_id = a.tenant_id
        and s.id in (select id from locked)
      returning s.id, s.tenant_id, s.head - a.n as base
    ),
    numbered as materialized (
      select a.req, a.ord, a.type, a.run_id, a.claim_fence, a.data, h.id as stream_id, h.tenant_id,
        h.base + row_number() over (partition by a.stream_id order by a.req, a.ord) as seq,
        date_trunc('milliseconds', clock_timestamp()) as at
      from accepted a join heads h on h.id = a.stream_id and h.tenant_id = a.tenant_id
    ),
    inserted as (
      insert into events (stream_id, seq, tenant_id, type, run_id, fence, data, at)
      select stream_id, seq, tenant_id, type, run_id, claim_fence, data, at from numbered
    )
    select req, seq, type, run_id, at, data from numbered order by req, ord`.execute(db);
  return rows;
}
