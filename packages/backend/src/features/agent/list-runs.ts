import type { ListRunsInput, ListRunsOutput } from '@aura/contract';
import { z } from 'zod';
import type { CallerContext } from '../../context.ts';
import { withTransaction } from '../../db/transaction.ts';
import { encodePage, pageInstantSchema, parsePage } from '../../page.ts';
import { listRunRows } from './run-store.ts';
import { runView } from './run-view.ts';

const keySchema = z.object({ createdAt: pageInstantSchema, id: z.uuid() });

/** One page of the caller's runs, or of all runs of a room that the caller is in, newest first. */
export async function listRuns(ctx: CallerContext, input: ListRunsInput): Promise<ListRunsOutput> {
  const { conversationId, status, limit } = input;
  const { tenantId, userId } = ctx.caller;
  const after = parsePage(keySchema, input.page);
  const rows = await withTransaction(
    ctx,
    async ({ db }) =>
      await listRunRows(db, { tenantId, userId, conversationId, status, after, limit: limit + 1 }),
  );
  const runs = rows.slice(0, limit).map(runView);
  const last = runs.at(-1);
  return { runs, nextPage: rows.length > limit && last !== undefined ? encodePage(keySchema, last) : null };
}
