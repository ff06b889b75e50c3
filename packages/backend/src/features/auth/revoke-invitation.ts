import type { RevokeInvitationInput } from '@aura/contract';
import { notFound } from '../../app-error.ts';
import type { CallerContext } from '../../context.ts';
import { withSystemTransaction } from '../../db/transaction.ts';
import { writeAudit } from '../audit/write-audit.ts';
import { endInvitation } from './invitation-store.ts';
import { takeMembersTurn } from './member-administration.ts';

/** Makes an invitation of the tenant good for nothing. Throws `NOT_FOUND`, also for one that was accepted or revoked. */
export async function revokeInvitation(
  ctx: CallerContext,
  { invitationId }: RevokeInvitationInput,
): Promise<Record<string, never>> {
  await withSystemTransaction(ctx, async (tx) => {
    await takeMembersTurn(tx, ctx);
    const { tenantId } = ctx.caller;
    if (!(await endInvitation(tx.db, { id: invitationId, tenantId }))) throw notFound('invitation');
    await writeAudit(tx, ctx, { action: 'auth.invitation_revoked', subject: invitationId });
  });
  return {};
}
