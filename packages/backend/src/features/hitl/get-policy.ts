import type { PolicyView } from '@aura/contract';
import type { CallerContext } from '../../context.ts';
import { withTransaction } from '../../db/transaction.ts';
import { readPolicy } from './policy-store.ts';
import { policyView } from './policy-view.ts';

export async function getPolicy(ctx: CallerContext): Promise<PolicyView> {
  const row = await withTransaction(ctx, async ({ db }) => await readPolicy(db, ctx.caller.tenantId));
  return policyView(row);
}
