import { roleSchema, type SetTenantMemberRoleInput } from '@aura/contract';
import type { CallerContext } from '../../context.ts';
import { type Tx, withSystemTransaction } from '../../db/transaction.ts';
import { writeAudit } from '../audit/write-audit.ts';
import { assertNotLastAdmin, roleOfMember, takeMembersTurn } from './member-administration.ts';
import { setRole } from './member-store.ts';
import { endSessionRows } from './session-store.ts';

/**
 * Changes what a member may do. Whoever may do less afterwards is signed out of the tenant, so that nothing goes on under
 * the old role; whoever may do more sees it at the next refresh. Throws `NOT_FOUND`, `FORBIDDEN`, `CONFLICT` (the last admin).
 */
export async function setTenantRole(
  ctx: CallerContext,
  input: SetTenantMemberRoleInput,
): Promise<Record<string, never>> {
  const endedIds = await withSystemTransaction(ctx, async (tx) => await change(tx, ctx, input));
  ctx.sessionWatch.announce(endedIds);
  return {};
}

async function change(
  tx: Tx,
  ctx: CallerContext,
  { userId, role }: SetTenantMemberRoleInput,
): Promise<string[]> {
  await takeMembersTurn(tx, ctx);
  const { tenantId } = ctx.caller;
  const former = await roleOfMember(tx, { tenantId, userId });
  if (former === role) return [];
  await assertNotLastAdmin(tx, tenantId, former);
  await setRole(tx.db, { tenantId, userId, role });
  const data = { from: former, to: role };
  await writeAudit(tx, ctx, { action: 'auth.member_role_changed', subject: userId, data });
  const order = roleSchema.options;
  if (order.indexOf(role) < order.indexOf(former)) return [];
  return await endSessionRows(tx.db, { userId, tenantId }, 'role_changed');
}
