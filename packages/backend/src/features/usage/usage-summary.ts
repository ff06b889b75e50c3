import type { MyUsageInput, TenantUsageInput, UsageGroupBy, UsageSummary } from '@aura/contract';
import { z } from 'zod';
import type { CallerContext } from '../../context.ts';
import { withSnapshot } from '../../db/transaction.ts';
import { encodePage, pageInstantSchema, parsePage } from '../../page.ts';
import { usageRange } from './usage-policy.ts';
import { findMomentAfterAll, listUsageGroups, sumUsage, type UsageFilter } from './usage-store.ts';
import { groupView } from './usage-view.ts';

const keySchema = z.object({
  from: pageInstantSchema,
  to: pageInstantSchema,
  key: z.string(),
  costMicros: z.int(),
  tokens: z.int(),
});

/** What the caller has spent, in all conversations or in one. One that is somebody else's has nothing of the caller's. */
export async function myUsage(
  ctx: CallerContext,
  { conversationId, ...question }: MyUsageInput,
): Promise<UsageSummary> {
  return await summarize(ctx, question, { userId: ctx.caller.userId, conversationId });
}

/** What the tenant has spent, or one user of it. */
export async function tenantUsage(
  ctx: CallerContext,
  { userId, ...question }: TenantUsageInput,
): Promise<UsageSummary> {
  return await summarize(ctx, question, { userId });
}

interface Question {
  from?: string | undefined;
  to?: string | undefined;
  groupBy: UsageGroupBy;
  limit: number;
  page?: string | undefined;
}

/** Later pages keep to the range of the first one, which may have ended at the moment it was asked for. */
async function summarize(
  ctx: CallerContext,
  question: Question,
  whose: Pick<UsageFilter, 'userId' | 'conversationId'>,
): Promise<UsageSummary> {
  const { groupBy: by, limit } = question;
  const after = parsePage(keySchema, question.page);
  return await withSnapshot(ctx, async (db) => {
    const range = usageRange(after ?? question, await findMomentAfterAll(db));
    const filter = { tenantId: ctx.caller.tenantId, ...whose, ...range };
    const rows = await listUsageGroups(db, filter, { by, after, limit: limit + 1 });
    const shown = rows.slice(0, limit);
    const last = shown.at(-1);
    const bounds = { from: range.from.toISOString(), to: range.to.toISOString() };
    const hasMore = rows.length > limit && last !== undefined;
    return {
      ...bounds,
      totals: await sumUsage(db, filter),
      groups: shown.map(groupView),
      nextPage: hasMore ? encodePage(keySchema, { ...bounds, ...last }) : null,
    };
  });
}
