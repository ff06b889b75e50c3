import type { AuthResult, SwitchTenantInput } from '@aura/contract';
import { notFound, sessionRevoked } from '../../app-error.ts';
import type { CallerContext } from '../../context.ts';
import { type Tx, withSystemTransaction } from '../../db/transaction.ts';
import { writeAudit } from '../audit/write-audit.ts';
import { authResult, createSession, type SessionGrant } from './create-session.ts';
import { lockMember } from './member-store.ts';
import { endSessionRows, lockSession } from './session-store.ts';

/**
 * Starts a session in another tenant of the caller's and ends this one, so that nothing which was opened for the old
 * tenant stays open. The new session ends no later than the old one would have. Throws `NOT_FOUND` for a tenant that
 * does not exist or that the caller is not in, and `SESSION_REVOKED`.
 */
export async function switchTenant(ctx: CallerContext, { tenantId }: SwitchTenantInput): Promise<AuthResult> {
  const grant = await withSystemTransaction(ctx, async (tx) => await move(tx, ctx, tenantId));
  ctx.sessionWatch.announce([ctx.caller.sessionId]);
  return await authResult(ctx, grant);
}

async function move(tx: Tx, ctx: CallerContext, tenantId: string): Promise<SessionGrant> {
  const { userId, sessionId } = ctx.caller;
  const member = await lockMember(tx.db, { tenantId, userId });
  if (member === undefined) throw notFound('tenant');
  const session = await lockSession(tx.db, sessionId);
  if (session === undefined || session.isRevoked || session.isOver || !member.isActive) {
    throw sessionRevoked();
  }
  await endSessionRows(tx.db, { userId, id: sessionId }, 'switched');
  const grant = await createSession(tx, ctx, {
    userId,
    tenantId,
    expiresAt: session.expiresAt,
    act: session.act,
  });
  const entry = {
    action: 'auth.tenant_switched',
    subject: grant.identity.sessionId,
    data: { from: ctx.caller.tenantId, to: tenantId },
  };
  await writeAudit(tx, ctx, entry);
  await writeAudit(tx, { ...ctx, caller: { tenantId, userId } }, entry);
  return grant;
}
