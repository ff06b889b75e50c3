import type { Allowance, BudgetStatus } from '@aura/contract';
import type { CallerContext } from '../../context.ts';
import { withSnapshot } from '../../db/transaction.ts';
import { DEFAULT_BUDGETS } from '../agent/run-budget.ts';
import { findToday, sumUsage } from './usage-store.ts';

/** What the caller and the tenant have spent and set aside today, and what is left of the deployment's limits. */
export async function budgetStatus(ctx: CallerContext): Promise<BudgetStatus> {
  const { tenantId, userId } = ctx.caller;
  const limits = { ...DEFAULT_BUDGETS, ...ctx.config.budgets };
  return await withSnapshot(ctx, async (db) => {
    const { from, to } = await findToday(db);
    const user = await sumUsage(db, { tenantId, userId, from });
    const tenant = await sumUsage(db, { tenantId, from });
    return {
      day: from.toISOString().slice(0, 10),
      resetsAt: to.toISOString(),
      user: {
        tokens: allowance(user.inputTokens + user.outputTokens, limits.userTokens),
        costMicros: allowance(user.costMicros, limits.userCostMicros),
      },
      tenant: {
        tokens: allowance(tenant.inputTokens + tenant.outputTokens, limits.tenantTokens),
        costMicros: allowance(tenant.costMicros, limits.tenantCostMicros),
      },
    };
  });
}

function allowance(spent: number, limit: number | null): Allowance {
  return { spent, limit, left: limit === null ? null : Math.max(0, limit - spent) };
}
