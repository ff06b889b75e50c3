import { applyRunEvent, newRunState, type RunEvent, type RunState } from '@aura/contract';
import type { Kysely } from 'kysely';
import type { Schema } from '../../db/schema.ts';
import { runEvent } from '../agent/run-view.ts';

/**
 * What the log says of runs of a conversation, as the reader may see it. The deltas of an answer are read only while it is
 * being given.
 */
export async function readRuns(
  db: Kysely<Schema>,
  { id: conversationId, activeRunId }: { id: string; activeRunId: string | null },
  wanted: readonly (string | null)[],
  asSeen: (event: RunEvent) => RunEvent = (event) => event,
): Promise<Record<string, RunState>> {
  const runIds = [...new Set(wanted)].filter((id) => id !== null);
  if (runIds.length === 0) return {};
  const rows = await db
    .selectFrom('events')
    .select(['seq', 'type', 'runId', 'at', 'data'])
    .where('streamId', '=', conversationId)
    // The oldest run may have begun before the oldest message that is shown.
    .where('seq', '>=', (eb) =>
      eb
        .selectFrom('runs')
        .select((run) => run.fn.min('firstSeq').as('from'))
        .where('id', 'in', runIds),
    )
    .where('runId', 'in', runIds)
    .where((eb) => eb.or([eb('type', '<>', 'content_delta'), eb('runId', '=', activeRunId)]))
    .orderBy('seq')
    .execute();
  const runs: Record<string, RunState> = {};
  for (const row of rows) {
    const event = asSeen(runEvent({ ...row, at: row.at.toISOString() }));
    if (event.type === 'run_created') runs[event.data.run.id] = newRunState(event.data.run);
    const run = event.runId === null ? undefined : runs[event.runId];
    if (run !== undefined) runs[run.id] = applyRunEvent(run, event);
  }
  return runs;
}
