import type { ListAuditInput, ListAuditOutput } from '@aura/contract';
import { z } from 'zod';
import type { CallerContext } from '../../context.ts';
import { withTransaction } from '../../db/transaction.ts';
import { encodePage, parsePage } from '../../page.ts';
import { listAuditRows } from './audit-store.ts';

const keySchema = z.object({ before: z.int().min(1) });

/** What was done in the caller's tenant, the newest first. */
export async function listAudit(
  ctx: CallerContext,
  { limit, page, ...filter }: ListAuditInput,
): Promise<ListAuditOutput> {
  const before = parsePage(keySchema, page)?.before ?? null;
  const { tenantId } = ctx.caller;
  const rows = await withTransaction(
    ctx,
    async ({ db }) => await listAuditRows(db, { tenantId, before, limit: limit + 1, filter }),
  );
  const entries = rows.slice(0, limit).map((row) => ({ ...row, at: row.at.toISOString() }));
  const last = entries.at(-1);
  const hasMore = rows.length > limit && last !== undefined;
  return { entries, nextPage: hasMore ? encodePage(keySchema, { before: last.id }) : null };
}
