import type { RunUsage, RunUsageInput } from '@aura/contract';
import { z } from 'zod';
import { notFound } from '../../app-error.ts';
import type { CallerContext } from '../../context.ts';
import { withSnapshot } from '../../db/transaction.ts';
import { encodePage, parsePage } from '../../page.ts';
import { isRunOf, listAttempts, sumUsage } from './usage-store.ts';
import { attemptView } from './usage-view.ts';

const keySchema = z.object({ step: z.int32(), attempt: z.int32() });

/** What one of the caller's runs has taken, and one page of its model calls, attempt by attempt. */
export async function runUsage(ctx: CallerContext, { runId, limit, page }: RunUsageInput): Promise<RunUsage> {
  const { tenantId, userId } = ctx.caller;
  const after = parsePage(keySchema, page);
  return await withSnapshot(ctx, async (db) => {
    if (!(await isRunOf(db, { tenantId, userId, runId }))) throw notFound('run');
    const rows = await listAttempts(db, { tenantId, runId, after, limit: limit + 1 });
    const attempts = rows.slice(0, limit).map(attemptView);
    const last = attempts.at(-1);
    const hasMore = rows.length > limit && last !== undefined;
    return {
      totals: await sumUsage(db, { tenantId, runId }),
      attempts,
      nextPage: hasMore ? encodePage(keySchema, last) : null,
    };
  });
}
