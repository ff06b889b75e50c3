import type { RequestContext } from '../../context.ts';
import type { Tx } from '../../db/transaction.ts';
import { withSystemTransaction } from '../../db/transaction.ts';
import { writeAudit } from '../audit/write-audit.ts';
import { endSessionRows, type EndReason } from './session-store.ts';

/**
 * Ends a user's sessions (all, or the one with `id`), in every tenant, and tells all nodes after the commit: access
 * tokens of theirs are refused from then on and their sockets close. `also` runs in the same transaction, first; to
 * deactivate a user or take a role away, make that change there. Answers the sessions that were live.
 */
export async function endSessions(
  ctx: Pick<RequestContext, 'database' | 'hub' | 'sessionWatch' | 'request' | 'caller'>,
  which: { userId: string; id?: string; reason: EndReason },
  also?: (tx: Tx) => Promise<void>,
): Promise<string[]> {
  const endedIds = await withSystemTransaction(ctx, async (tx) => {
    await also?.(tx);
    const ids = await endSessionRows(tx.db, which, which.reason);
    for (const subject of ids) {
      await writeAudit(tx, ctx, { action: 'auth.session_ended', subject, data: { reason: which.reason } });
    }
    return ids;
  });
  ctx.sessionWatch.announce(endedIds);
  return endedIds;
}
