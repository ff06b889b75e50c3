import type { RunEvent } from '@aura/contract';
import type { Tx } from '../../db/transaction.ts';
import type { Append } from '../../realtime/append.ts';
import type { Unplaced } from '../../realtime/event.ts';
import { approvalNotices } from './approval-notices.ts';
import { resolvePendingOfRun } from './approval-store.ts';
import { approvalView } from './approval-view.ts';
import { resolvedEvent } from './resolved-event.ts';

/**
 * Ends what is still asked for a run that ends, and answers what is to be said of it. `supersededBy`: the user who wrote
 * on instead of deciding, which rejects it; null: the run was stopped or failed, which cancels it.
 */
export async function cancelApprovals(
  tx: Tx,
  run: { id: string; tenantId: string },
  supersededBy: string | null,
): Promise<{ events: Unplaced<RunEvent>[]; notices: Append[] }> {
  const rows = await resolvePendingOfRun(
    tx.db,
    run.id,
    supersededBy === null
      ? { status: 'cancelled', reason: 'The run has ended.', decidedBy: null }
      : { status: 'rejected', reason: 'superseded', decidedBy: supersededBy },
  );
  return {
    events: rows.map(resolvedEvent),
    notices: await approvalNotices(tx.db, run.tenantId, rows.map(approvalView)),
  };
}
