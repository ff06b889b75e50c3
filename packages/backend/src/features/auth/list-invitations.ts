import type { InvitationView } from '@aura/contract';
import type { CallerContext } from '../../context.ts';
import { withTransaction } from '../../db/transaction.ts';
import { invitationView } from './auth-view.ts';
import { pendingInvitations } from './invitation-store.ts';

/** The tenant's invitations that may still be accepted, the newest first. */
export async function listInvitations(ctx: CallerContext): Promise<InvitationView[]> {
  const { tenantId } = ctx.caller;
  const rows = await withTransaction(ctx, async ({ db }) => await pendingInvitations(db, tenantId));
  return rows.map(invitationView);
}
