import {
  listAuditInputSchema,
  listAuditOutputSchema,
  verifyAuditInputSchema,
  verifyAuditOutputSchema,
} from '@aura/contract';
import { adminProcedure, router } from '../../trpc/trpc.ts';
import { listAudit } from './list-audit.ts';
import { verifyAudit } from './verify-audit.ts';

export const auditRouter = router({
  list: adminProcedure
    .input(listAuditInputSchema)
    .output(listAuditOutputSchema)
    .query(async ({ ctx, input }) => await listAudit(ctx, input)),
  verify: adminProcedure
    .input(verifyAuditInputSchema)
    .output(verifyAuditOutputSchema)
    .query(async ({ ctx, input }) => await verifyAudit(ctx, input)),
});
