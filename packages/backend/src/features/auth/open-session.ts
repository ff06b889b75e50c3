import type { JsonObject } from '@aura/contract';
import { accountInactive, notFound } from '../../app-error.ts';
import type { RequestContext } from '../../context.ts';
import type { Tx } from '../../db/transaction.ts';
import { writeAudit } from '../audit/write-audit.ts';
import type { Actor } from './actor.ts';
import { createSession, type SessionGrant } from './create-session.ts';
import { firstTenantId, lockMember } from './member-store.ts';

export interface SessionRequest {
  userId: string;
  /** Default: the tenant joined first. */
  tenantId?: string | undefined;
  act?: Actor | undefined;
  /** How they came in, for the audit log. */
  how: { action: string; data?: JsonObject };
}

/** A session for somebody whom others vouched for. Throws `NOT_FOUND` (a tenant the user is not in) and `ACCOUNT_INACTIVE`. */
export async function openSession(
  tx: Tx,
  ctx: RequestContext,
  { userId, tenantId: asked, act, how }: SessionRequest,
): Promise<SessionGrant> {
  const tenantId = asked ?? (await firstTenantId(tx.db, userId));
  const member = tenantId === undefined ? undefined : await lockMember(tx.db, { tenantId, userId });
  if (tenantId === undefined || member === undefined) throw notFound('tenant');
  if (!member.isActive) throw accountInactive();
  const grant = await createSession(tx, ctx, { userId, tenantId, act });
  const caller = { tenantId, userId, act };
  await writeAudit(tx, { caller, request: ctx.request }, { ...how, subject: grant.identity.sessionId });
  return grant;
}
