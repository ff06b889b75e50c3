import type { RunEvent } from '@aura/contract';
import type { BackendConfig } from '../../config.ts';
import type { Tx } from '../../db/transaction.ts';
import type { Append } from '../../realtime/append.ts';
import type { Unplaced } from '../../realtime/event.ts';
import { endRun } from './end-run.ts';
import { findActiveRuns, nextActiveRun } from './run-store.ts';
import { NO_HINTS, type RunHints } from './tell-runner.ts';

export interface StoppedRuns {
  /** To be said in the conversation and in other streams, in the same transaction. */
  events: Unplaced<RunEvent>[];
  notices: Append[];
  hints: RunHints;
}

/**
 * Stops everything that is under way, waiting or queued in a conversation, or of that what one user asked for (`askedBy`),
 * or what was asked in one thread of a room (`threadOf`). The caller holds the conversation's lock, and none of a message: runs are
 * locked before those.
 */
export async function stopRuns(
  tx: Tx,
  ctx: { config: Pick<BackendConfig, 'rates'> },
  request: { conversationId: string; askedBy?: string; threadOf?: string; supersededBy?: string },
): Promise<StoppedRuns> {
  const { conversationId, askedBy, threadOf, supersededBy } = request;
  const active = await findActiveRuns(tx.db, conversationId);
  const runIds = active
    .filter((run) => askedBy === undefined || run.userId === askedBy)
    .filter((run) => threadOf === undefined || run.threadOf === threadOf)
    .map(({ id }) => id);
  const events: Unplaced<RunEvent>[] = [];
  const notices: Append[] = [];
  for (const runId of runIds) {
    const ended = await endRun(tx, ctx, {
      runId,
      status: 'cancelled',
      error: null,
      ...(supersededBy === undefined ? {} : { supersededBy }),
    });
    events.push(...(ended?.events ?? []));
    notices.push(...(ended?.notices ?? []));
  }
  if (runIds.length === 0) return { events, notices, hints: NO_HINTS };
  const { activeRunId } = await tx.db
    .updateTable('conversations')
    .set({ activeRunId: nextActiveRun(conversationId) })
    .where('id', '=', conversationId)
    .returning('activeRunId')
    .executeTakeFirstOrThrow();
  return { events, notices, hints: { cancel: runIds, wake: activeRunId } };
}
