import type { ListCheckpointsInput, ListCheckpointsOutput } from '@aura/contract';
import { z } from 'zod';
import { notFound } from '../../app-error.ts';
import type { CallerContext } from '../../context.ts';
import { withSnapshot } from '../../db/transaction.ts';
import { encodePage, parsePage } from '../../page.ts';
import { pageOfCheckpoints } from './checkpoint-store.ts';
import { checkpointView } from './checkpoint-view.ts';
import { findConversation } from './conversation-store.ts';

const keySchema = z.object({
  firstSeq: z.int().nonnegative(),
  index: z
    .int()
    .min(0)
    .max(2 ** 31 - 1),
});

/** One page of the finished steps of a conversation's runs, the newest first. */
export async function listCheckpoints(
  ctx: CallerContext,
  { conversationId, limit, page }: ListCheckpointsInput,
): Promise<ListCheckpointsOutput> {
  const { tenantId, userId } = ctx.caller;
  const after = parsePage(keySchema, page);
  return await withSnapshot(ctx, async (db) => {
    const conversation = await findConversation(db, { tenantId, userId, conversationId });
    if (conversation === undefined) throw notFound('conversation');
    const rows = await pageOfCheckpoints(db, { tenantId, conversationId, after, limit: limit + 1 });
    const shown = rows.slice(0, limit);
    const last = shown.at(-1);
    return {
      checkpoints: shown.map(checkpointView),
      nextPage: rows.length > limit && last !== undefined ? encodePage(keySchema, last) : null,
    };
  });
}
