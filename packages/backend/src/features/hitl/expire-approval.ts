import type { Core } from '../../context.ts';
import { withSystemTransaction, withTransaction } from '../../db/transaction.ts';
import { makeRunnable } from '../agent/make-runnable.ts';
import { recordEvents } from '../conversation/announce-conversation.ts';
import { holdConversation } from '../conversation/hold-conversation.ts';
import { approvalNotices } from './approval-notices.ts';
import { findApproval, findOverdueApprovals, lockApproval, resolveApproval } from './approval-store.ts';
import { approvalView } from './approval-view.ts';
import { resolvedEvent } from './resolved-event.ts';

export type ExpiryCore = Pick<Core, 'database' | 'hub' | 'runner' | 'log'>;
const SWEEP_LIMIT = 500;

/** Ends an approval whose time is up, by the database's clock; one that is not due, or was decided, stays as it is. */
export async function expireApproval(
  core: ExpiryCore,
  { tenantId, approvalId }: { tenantId: string; approvalId: string },
): Promise<void> {
  const runId = await withTransaction({ ...core, caller: { tenantId, userId: '' } }, async (tx) => {
    const found = await findApproval(tx.db, { tenantId, approvalId });
    if (found === undefined) return null;
    await holdConversation(tx, found);
    const row = await lockApproval(tx.db, { tenantId, approvalId });
    if (row === undefined || row.status !== 'pending' || !row.isOverdue) return null;
    const { argsHash } = row;
    const expired = await resolveApproval(
      tx.db,
      { tenantId, approvalId, argsHash },
      { status: 'expired', decidedBy: null },
    );
    if (expired === undefined) return null;
    await makeRunnable(tx, row.runId);
    const notices = await approvalNotices(tx.db, tenantId, [approvalView(expired)]);
    await recordEvents(tx, { id: row.conversationId, tenantId }, [resolvedEvent(expired)], notices);
    return row.runId;
  });
  if (runId !== null) core.runner.wake(runId);
}

/** Ends all approvals whose time is up: what nobody came by for. */
export async function expireOverdue(core: ExpiryCore): Promise<void> {
  const overdue = await withSystemTransaction(
    core,
    async ({ db }) => await findOverdueApprovals(db, SWEEP_LIMIT),
  );
  for (const approval of overdue) {
    await expireApproval(core, approval).catch((err: unknown) =>
      core.log.error(
        { err, approvalId: approval.approvalId },
        'an approval could not be expired; tried again',
      ),
    );
  }
}
