import type { RunStatus } from '@aura/contract';
import type { Kysely } from 'kysely';
import type { Schema } from '../../db/schema.ts';
import { findActiveRuns } from './run-store.ts';

/** What has not ended in a conversation: the run whose turn it is, then those behind it. None is read when none has a turn. */
export async function activeRuns(
  db: Kysely<Schema>,
  { id, activeRunId }: { id: string; activeRunId: string | null },
): Promise<{ id: string; status: RunStatus; threadOf: string | null }[]> {
  if (activeRunId === null) return [];
  const runs = await findActiveRuns(db, id);
  return runs.map((run) => ({ id: run.id, status: run.status, threadOf: run.threadOf }));
}
