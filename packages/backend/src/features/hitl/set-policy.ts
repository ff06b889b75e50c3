import type { PolicyView, SetPolicyInput } from '@aura/contract';
import { AppError } from '../../app-error.ts';
import type { CallerContext } from '../../context.ts';
import { withTransaction } from '../../db/transaction.ts';
import { writeAudit } from '../audit/write-audit.ts';
import { replacePolicy } from './policy-store.ts';
import { policyView } from './policy-view.ts';

/** Replaces the tenant's rules; CONFLICT when they are not those of `version` any more. Holds for calls from now on. */
export async function setPolicy(ctx: CallerContext, { rules, version }: SetPolicyInput): Promise<PolicyView> {
  const { tenantId, userId } = ctx.caller;
  const row = await withTransaction(ctx, async (tx) => {
    const replaced = await replacePolicy(tx.db, { tenantId, rules, version, userId });
    if (replaced === undefined) return undefined;
    const data = { version: replaced.version, rules: rules.length };
    await writeAudit(tx, ctx, { action: 'hitl.policy_set', subject: tenantId, data });
    return replaced;
  });
  if (row === undefined) {
    throw new AppError('CONFLICT', {
      message: 'Somebody else has changed the policy. Load it again and make your change to that.',
    });
  }
  return policyView(row);
}
