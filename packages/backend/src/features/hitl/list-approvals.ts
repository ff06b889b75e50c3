import { formatCursor, type ListApprovalsInput, type ListApprovalsOutput } from '@aura/contract';
import { z } from 'zod';
import type { CallerContext } from '../../context.ts';
import { withSnapshot } from '../../db/transaction.ts';
import { encodePage, pageInstantSchema, parsePage } from '../../page.ts';
import { readStreamHead } from '../../realtime/read-events.ts';
import { findUserStreamId } from '../account/user-stream.ts';
import { listApprovalRows } from './approval-store.ts';
import { seenApprovals } from './seen-approvals.ts';

const keySchema = z.object({ at: pageInstantSchema, id: z.uuid() });

/** One page of approvals: what the caller may decide now, unless another scope or status is asked for. */
export async function listApprovals(
  ctx: CallerContext,
  input: ListApprovalsInput,
): Promise<ListApprovalsOutput> {
  const { scope, conversationId, limit } = input;
  const status = input.status ?? (scope === 'decidable' ? 'pending' : undefined);
  const after = parsePage(keySchema, input.page);
  return await withSnapshot(ctx, async (db) => {
    const rows = await listApprovalRows(db, {
      caller: ctx.caller,
      scope,
      status,
      conversationId,
      after,
      limit: limit + 1,
    });
    const stream = await readStreamHead(db, await findUserStreamId(db, ctx.caller));
    const approvals = await seenApprovals(db, ctx.caller, rows.slice(0, limit));
    const last = approvals.at(-1);
    const lastKey =
      last === undefined ? null : { at: status === 'pending' ? last.expiresAt : last.createdAt, id: last.id };
    return {
      approvals,
      nextPage: rows.length > limit && lastKey !== null ? encodePage(keySchema, lastKey) : null,
      cursor: stream === null ? '' : formatCursor({ epoch: stream.epoch, seq: stream.head }),
    };
  });
}
