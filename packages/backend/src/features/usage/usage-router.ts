import {
  budgetStatusSchema,
  myUsageInputSchema,
  runUsageInputSchema,
  runUsageSchema,
  tenantUsageInputSchema,
  usageSummarySchema,
} from '@aura/contract';
import { adminProcedure, memberProcedure, router, userProcedure } from '../../trpc/trpc.ts';
import { budgetStatus } from './budget-status.ts';
import { runUsage } from './run-usage.ts';
import { myUsage, tenantUsage } from './usage-summary.ts';

export const usageRouter = router({
  run: userProcedure
    .input(runUsageInputSchema)
    .output(runUsageSchema)
    .query(async ({ ctx, input }) => await runUsage(ctx, input)),
  mine: userProcedure
    .input(myUsageInputSchema)
    .output(usageSummarySchema)
    .query(async ({ ctx, input }) => await myUsage(ctx, input)),
  tenant: adminProcedure
    .input(tenantUsageInputSchema)
    .output(usageSummarySchema)
    .query(async ({ ctx, input }) => await tenantUsage(ctx, input)),
  budget: memberProcedure.output(budgetStatusSchema).query(async ({ ctx }) => await budgetStatus(ctx)),
});
