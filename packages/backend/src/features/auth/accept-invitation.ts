import type { AcceptInvitationInput, AuthResult } from '@aura/contract';
import { randomUUID, timingSafeEqual } from 'node:crypto';
import { AppError, notFound } from '../../app-error.ts';
import type { RequestContext } from '../../context.ts';
import { type Tx, withSystemTransaction } from '../../db/transaction.ts';
import { addUser } from './add-user.ts';
import { authResult } from './create-session.ts';
import { lockInvitation, noteAccepted, type PendingInvitation } from './invitation-store.ts';
import { type InvitationClaim, parseInvitation } from './invitation-token.ts';
import { joinTenant } from './join-tenant.ts';
import { normalizeEmail, userById } from './member-store.ts';
import { openSession } from './open-session.ts';

interface Newcomer {
  passwordHash: string;
  nickname: string | null;
}

/**
 * Joins the tenant that one was invited into: with the account one is signed in to, or a new one with a password, also
 * where registration is closed. Once, whoever tries at once. Throws `NOT_FOUND` (unknown, revoked, accepted or too old),
 * `FORBIDDEN` (for another address), `EMAIL_TAKEN` (sign in first), `BAD_INPUT` (a new account needs a password).
 */
export async function acceptInvitation(
  ctx: RequestContext,
  { token, password, nickname }: AcceptInvitationInput,
): Promise<AuthResult> {
  const claim = parseInvitation(token);
  if (claim === null) throw notFound('invitation');
  // Before anything costly is done for somebody without an invitation.
  await withSystemTransaction(ctx, async (tx) => await pending(tx, claim));
  const personId = personOf(ctx);
  const newcomer =
    personId !== null || password === undefined
      ? null
      : { passwordHash: await ctx.passwordHasher.hash(password), nickname: nickname ?? null };
  const grant = await withSystemTransaction(ctx, async (tx) => {
    const invitation = await pending(tx, claim);
    const userId =
      personId === null
        ? await addNewcomer(tx, invitation, newcomer)
        : await addCaller(tx, invitation, personId);
    await noteAccepted(tx.db, { id: invitation.id, userId });
    const how = { action: 'auth.invitation_accepted', data: { invitationId: invitation.id } };
    return await openSession(tx, ctx, { userId, tenantId: invitation.tenantId, how });
  });
  return await authResult(ctx, grant);
}

async function pending(tx: Tx, { id, hash }: InvitationClaim): Promise<PendingInvitation> {
  const invitation = await lockInvitation(tx.db, id);
  if (invitation === undefined || !timingSafeEqual(invitation.hash, hash)) throw notFound('invitation');
  return invitation;
}

/** Who is signed in as a person; null for nobody, for a key, and for a session that has ended. */
function personOf({ caller, sessionWatch, clock }: RequestContext): string | null {
  if (caller === null || caller.scopes !== null || sessionWatch.isRevoked(caller.sessionId)) return null;
  return caller.expiresAt > clock.now() ? caller.userId : null;
}

async function addCaller(tx: Tx, invitation: PendingInvitation, userId: string): Promise<string> {
  const user = await userById(tx.db, userId);
  if (user === undefined || normalizeEmail(user.email) !== invitation.email) {
    throw new AppError('FORBIDDEN', {
      message:
        'This invitation is for another e-mail address. Sign in with that one, or ask for another invitation.',
    });
  }
  const { tenantId, role } = invitation;
  await joinTenant(tx, { tenantId, userId, role });
  return userId;
}

async function addNewcomer(
  tx: Tx,
  { tenantId, email, role }: PendingInvitation,
  newcomer: Newcomer | null,
): Promise<string> {
  if (newcomer === null) {
    throw new AppError('BAD_INPUT', {
      message: 'Choose a password for the new account, or sign in to the one you have and accept then.',
    });
  }
  const userId = randomUUID();
  if (await addUser(tx, { userId, tenantId, email, role, ...newcomer })) return userId;
  throw new AppError('EMAIL_TAKEN', {
    message: 'There is an account with this e-mail address already. Sign in to it, then accept.',
  });
}
