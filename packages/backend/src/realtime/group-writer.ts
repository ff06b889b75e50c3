import { sql, type Kysely } from 'kysely';
import type { Database } from '../db/database.ts';
import { jsonText } from '../db/json-text.ts';
import type { Schema } from '../db/schema.ts';
import type { NewEvent, StreamEvent } from './event.ts';
import type { Hub } from './hub.ts';

/**
 * Appends of the hot paths, committed in groups: what arrives while a commit is under way makes up the next one, so a
 * commit's cost is shared by everybody who waits for it, and nobody waits for a timer.
 *
 * Nothing is acknowledged before its commit. A request whose run has another fence by now writes nothing and is
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

/** An event's data is no JSON: circular, a bigint, or too deep or large to be written down. */
class UnstorableError extends Error {
  override name = 'UnstorableError';
}

interface Waiting {
  request: GroupAppend;
  resolve(events: StreamEvent[]): void;
  reject(err: unknown): void;
}

const MAX_BATCH_REQUESTS = 512;

export function createGroupWriter(ctx: { database: Database; hub: Pick<Hub, 'publish'> }): GroupWriter {
  let queue: Waiting[] = [];
  let draining: Promise<void> | null = null;
  let isClosed = false;

  const drain = async (): Promise<void> => {
    while (queue.length > 0) {
      const batch = queue.slice(0, MAX_BATCH_REQUESTS);
      queue = queue.slice(MAX_BATCH_REQUESTS);
      await writeOrSplit(ctx, batch);
    }
    draining = null;
  };

  return {
    async append(request) {
      if (isClosed) throw new Error('the log writer is closed');
      if (request.events.length === 0) return [];
      const { promise, resolve, reject } = Promise.withResolvers<StreamEvent[]>();
      queue.push({ request, resolve, reject });
      draining ??= drain();
      return await promise;
    },
    async [Symbol.asyncDispose]() {
      isClosed = true;
      await draining;
    },
  };
}

/** One bad request fails alone: a batch that the database refuses is written again one by one. */
async function writeOrSplit(
  ctx: { database: Database; hub: Pick<Hub, 'publish'> },
  batch: readonly Waiting[],
): Promise<void> {
  try {
    const results = await write(
      ctx.database,
      batch.map(({ request }) => request),
    );
    for (const [index, { request, resolve, reject }] of batch.entries()) {
      const events = results[index];
      if (events === undefined || events.length === 0) {
        reject(new FencedError('the stream or the claim on its run is gone'));
        continue;
      }
      ctx.hub.publish({ streamId: request.streamId, events });
      resolve(events);
    }
  } catch (err) {
    if (batch.length === 1 || !isRefusal(err)) {
      for (const { reject } of batch) reject(err);
      return;
    }
    for (const waiting of batch) await writeOrSplit(ctx, [waiting]);
  }
}

/**
 * Nothing was written, so writing again cannot write twice: the database said no (55P03: somebody holds a lock for
 * too long), or a value could not even be made into JSON.
 */
function isRefusal(err: unknown): boolean {
  if (err instanceof UnstorableError) return true;
  return (
    err instanceof Error &&
    'code' in err &&
    typeof err.code === 'string' &&
    /^(22|23|40|42|54|55P03)/.test(err.code)
  );
}

interface NumberedRow {
  req: number;
  seq: number;
  type: string;
  runId: string | null;
  at: Date;
  data: StreamEvent['data'];
}

async function write({ db, writerDb }: Database, requests: readonly GroupAppend[]): Promise<StreamEvent[][]> {
  const rows =
    writerDb === null
      ? await db.transaction().execute(async (tx) => {
          await sql`select set_config('role', 'aura_writer', true)`.execute(tx);
          return await writeRows(tx, requests);
        })
      : await writeRows(writerDb, requests);
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
      select * from jsonb_to_recordset(${asJson(input)}::jsonb) as x(
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

function asJson(value: unknown): string {
  try {
    return jsonText(value);
  } catch (cause) {
    throw new UnstorableError('an event holds what is no JSON', { cause });
  }
}
