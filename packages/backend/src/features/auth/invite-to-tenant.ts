import { INVITATION_LIMITS, type InviteToTenantInput, type InviteToTenantOutput } from '@aura/contract';
import { AppError } from '../../app-error.ts';
import type { CallerContext } from '../../context.ts';
import { storableText } from '../../db/json-text.ts';
import { withSystemTransaction } from '../../db/transaction.ts';
import { writeAudit } from '../audit/write-audit.ts';
import { invitationView } from './auth-view.ts';
import { pendingInvitations, replaceInvitation } from './invitation-store.ts';
import { issueInvitation } from './invitation-token.ts';
import { takeMembersTurn } from './member-administration.ts';
import { isMemberByEmail, normalizeEmail } from './member-store.ts';

/**
 * Invites an address into the caller's tenant; what was sent to it before is good for nothing from then on. The token is
 * in the answer and nowhere else: hand it over. Throws `FORBIDDEN`, `CONFLICT` (a member already, or too many pending).
 */
export async function inviteToTenant(
  ctx: CallerContext,
  { email, role, expiresInDays }: InviteToTenantInput,
): Promise<InviteToTenantOutput> {
  const { tenantId, userId: invitedBy } = ctx.caller;
  const address = normalizeEmail(storableText(email));
  const { token, claim } = issueInvitation();
  const row = await withSystemTransaction(ctx, async (tx) => {
    await takeMembersTurn(tx, ctx);
    if (await isMemberByEmail(tx.db, { tenantId, email: address })) {
      throw new AppError('CONFLICT', {
        message: 'They are a member here already. Change their role instead.',
      });
    }
    const pending = await pendingInvitations(tx.db, tenantId);
    if (pending.length >= INVITATION_LIMITS.pendingPerTenant) {
      throw new AppError('CONFLICT', {
        message: `There are ${pending.length} pending invitations, which is as many as there may be. Revoke some first.`,
      });
    }
    const invitation = { ...claim, tenantId, email: address, role, invitedBy, expiresInDays };
    const created = await replaceInvitation(tx.db, invitation);
    await writeAudit(tx, ctx, { action: 'auth.invited', subject: created.id, data: { role } });
    return created;
  });
  const { publicUrl = null } = ctx.config;
  // Behind the #, which browsers send to nobody.
  const url = publicUrl === null ? null : new URL(`/app/invitation#${token}`, publicUrl).href;
  return { token, url, invitation: invitationView(row) };
}
