import type { StepData } from '../../db/step-data.ts';
import { type Kysely, type Selectable, sql } from 'kysely';
import type { Schema } from '../../db/schema.ts';

export type RunRow = Selectable<Schema['runs']>;

interface Place {
  tenantId: string;
  conversationId: string;
}
/** The place of a checkpoint in a conversation: its run's, then its own in the run. */
export interface CheckpointKey {
  firstSeq: number;
  index: number;
}
export interface CheckpointRow extends CheckpointKey {
  runId: string;
  messageId: string;
  kind: StepData['kind'];
  /** The beginning of what was said. */
  text: string;
  toolNames: string[];
  at: Date;
}

/** The runs of a conversation that are still part of it: not cleared away, not given anew. */
const keptRuns = (db: Kysely<Schema>, { tenantId, conversationId }: Place) =>
  db
    .selectFrom('runs')
    .where('runs.tenantId', '=', tenantId)
    .where('runs.conversationId', '=', conversationId)
    .where('runs.supersededBy', 'is', null)
    .where('runs.firstSeq', '>', (eb) =>
      eb.selectFrom('conversations').select('clearedSeq').where('id', '=', conversationId),
    );

/** How much of a step's text is read for its label, in characters. */
const LABEL_SOURCE_CHARS = 400;

const checkpoints = (db: Kysely<Schema>, place: Place) =>
  keptRuns(db, place)
    .innerJoin('steps', 'steps.runId', 'runs.id')
    .select([
      'runs.id as runId',
      'runs.messageId',
      sql<number>`runs.first_seq`.as('firstSeq'),
      'steps.index',
      'steps.kind',
      'steps.at',
      // Not the whole step: a tool's result can be long.
      sql<string>`coalesce(left(steps.data ->> 'text', ${LABEL_SOURCE_CHARS}), '')`.as('text'),
      sql<string[]>`case steps.kind when 'tool' then jsonb_build_array(steps.data -> 'toolName')
        else jsonb_path_query_array(steps.data, '$.toolCalls[*].name') end`.as('toolNames'),
    ]);

/** Newest first. */
export async function pageOfCheckpoints(
  db: Kysely<Schema>,
  { after, limit, ...place }: Place & { after: CheckpointKey | null; limit: number },
): Promise<CheckpointRow[]> {
  let query = checkpoints(db, place);
  if (after !== null) {
    query = query.where((eb) =>
      eb(eb.refTuple('runs.firstSeq', 'steps.index'), '<', eb.tuple(after.firstSeq, after.index)),
    );
  }
  return await query.orderBy('runs.firstSeq', 'desc').orderBy('steps.index', 'desc').limit(limit).execute();
}

export async function findCheckpoint(
  db: Kysely<Schema>,
  { runId, step, ...place }: Place & { runId: string; step: number },
): Promise<CheckpointRow | undefined> {
  return await checkpoints(db, place)
    .where('runs.id', '=', runId)
    .where('steps.index', '=', step - 1)
    .executeTakeFirst();
}

export async function findKeptRun(
  db: Kysely<Schema>,
  { runId, ...place }: Place & { runId: string },
): Promise<RunRow | undefined> {
  return await keptRuns(db, place).selectAll('runs').where('runs.id', '=', runId).executeTakeFirst();
}

/** Kept runs whose message was said at `upTo` or before, the earliest first. */
export async function findRunsAskedUpTo(
  db: Kysely<Schema>,
  { upTo, limit, ...place }: Place & { upTo: number; limit: number },
): Promise<RunRow[]> {
  return await keptRuns(db, place)
    .innerJoin('messages', 'messages.id', 'runs.messageId')
    .selectAll('runs')
    .where('messages.seq', '<=', upTo)
    .orderBy('runs.firstSeq')
    .limit(limit)
    .execute();
}

export async function readSteps(
  db: Kysely<Schema>,
  { tenantId, runId }: { tenantId: string; runId: string },
): Promise<StepData[]> {
  const rows = await db
    .selectFrom('steps')
    .select('data')
    .where('tenantId', '=', tenantId)
    .where('runId', '=', runId)
    .orderBy('index')
    .execute();
  return rows.map(({ data }) => data);
}

export async function deleteSteps(db: Kysely<Schema>, { tenantId, conversationId }: Place): Promise<number> {
  const { numDeletedRows } = await db
    .deleteFrom('steps')
    .where('tenantId', '=', tenantId)
    .where('runId', 'in', (eb) =>
      eb
        .selectFrom('runs')
        .select('id')
        .where('tenantId', '=', tenantId)
        .where('conversationId', '=', conversationId),
    )
    .executeTakeFirst();
  return Number(numDeletedRows);
}
