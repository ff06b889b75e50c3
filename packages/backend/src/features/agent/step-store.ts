import type { Kysely } from 'kysely';
import { jsonText } from '../../db/json-text.ts';
import type { Schema } from '../../db/schema.ts';
import type { StepData } from '../../db/step-data.ts';
import type { RunRow } from './run-store.ts';

/** Stores the steps of a run that come after the first `after`. */
export async function insertSteps(
  db: Kysely<Schema>,
  { id: runId, tenantId }: Pick<RunRow, 'id' | 'tenantId'>,
  { after, steps }: { after: number; steps: readonly StepData[] },
): Promise<void> {
  if (steps.length === 0) return;
  const rows = steps.map((step, offset) => ({
    runId,
    index: after + offset,
    tenantId,
    kind: step.kind,
    data: jsonText(step),
  }));
  await db.insertInto('steps').values(rows).execute();
}

/** The steps of each of these runs that has any, in order. */
export async function readSteps(
  db: Kysely<Schema>,
  runIds: readonly string[],
): Promise<ReadonlyMap<string, StepData[]>> {
  if (runIds.length === 0) return new Map();
  const rows = await db
    .selectFrom('steps')
    .select(['runId', 'data'])
    .where('runId', 'in', runIds)
    .orderBy('runId')
    .orderBy('index')
    .execute();
  const byRun = Map.groupBy(rows, (row) => row.runId);
  return new Map([...byRun].map(([runId, found]) => [runId, found.map(({ data }) => data)]));
}
