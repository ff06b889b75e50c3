import type { RemoveTenantMemberInput } from '@aura/contract';
import type { CallerContext } from '../../context.ts';
import { type Tx, withSystemTransaction } from '../../db/transaction.ts';
import { tellRunner } from '../agent/tell-runner.ts';
import { writeAudit } from '../audit/write-audit.ts';
import { takeOutRemoved } from '../chat/take-out-removed.ts';
import { revokeApiKeysOf } from './api-key-store.ts';
import { assertNotLastAdmin, roleOfMember, takeMembersTurn } from './member-administration.ts';
import { markRemoved } from './member-store.ts';
import { endSessionRows } from './session-store.ts';

/**
 * Takes a member out of the tenant: their sessions and API keys in it end, their sockets close within 5 s, and they are
 * taken out of its rooms. What they made stays, and other tenants of theirs are not touched. Throws `NOT_FOUND`,
 * `FORBIDDEN`, `CONFLICT` (the last admin).
 */
export async function removeTenantMember(
  ctx: CallerContext,
  { userId }: RemoveTenantMemberInput,
): Promise<Record<string, never>> {
  const endedIds = await withSystemTransaction(ctx, async (tx) => await remove(tx, ctx, userId));
  ctx.sessionWatch.announce(endedIds);
  await leaveRooms(ctx, userId);
  return {};
}

/** They are no member any more whatever becomes of this: a sweep does what is left of it. */
async function leaveRooms(ctx: CallerContext, userId: string): Promise<void> {
  const { tenantId, userId: by } = ctx.caller;
  try {
    const hints = await takeOutRemoved(ctx, { tenantId, userId, by });
    for (const hint of hints) tellRunner(ctx.runner, hint);
  } catch (err) {
    ctx.log.error({ err, tenantId, userId }, 'a removed member could not be taken out of all rooms');
  }
}

async function remove(tx: Tx, ctx: CallerContext, userId: string): Promise<string[]> {
  await takeMembersTurn(tx, ctx);
  const { tenantId } = ctx.caller;
  const role = await roleOfMember(tx, { tenantId, userId });
  await assertNotLastAdmin(tx, tenantId, role);
  await markRemoved(tx.db, { tenantId, userId });
  await writeAudit(tx, ctx, { action: 'auth.member_removed', subject: userId, data: { role } });
  const sessionIds = await endSessionRows(tx.db, { userId, tenantId }, 'removed');
  return [...sessionIds, ...(await revokeApiKeysOf(tx.db, { tenantId, userId }))];
}
