import type { RunEvent } from '@aura/contract';
import type { BackendConfig } from '../../config.ts';
import type { Tx } from '../../db/transaction.ts';
import type { Append } from '../../realtime/append.ts';
import type { Unplaced } from '../../realtime/event.ts';
import { endRun } from './end-run.ts';
import { findActiveRuns } from './run-store.ts';

/**
 * Stops everything that is under way, waiting or queued in a conversation; answers what is to be said of it in the same
 * transaction, and the runs whose owners are to be told after it. The caller holds the conversation's lock.
 */
export async function stopRuns(
  tx: Tx,
  ctx: { config: Pick<BackendConfig, 'rates'> },
  { conversationId, supersededBy }: { conversationId: string; supersededBy?: string },
): Promise<{ events: Unplaced<RunEvent>[]; notices: Append[]; runIds: string[] }> {
  const runs = await findActiveRuns(tx.db, conversationId);
  const events: Unplaced<RunEvent>[] = [];
  const notices: Append[] = [];
  for (const { id: runId } of runs) {
    const ended = await endRun(tx, ctx, {
      runId,
      status: 'cancelled',
      error: null,
      ...(supersededBy === undefined ? {} : { supersededBy }),
    });
    events.push(...(ended?.events ?? []));
    notices.push(...(ended?.notices ?? []));
  }
  return { events, notices, runIds: runs.map(({ id }) => id) };
}
