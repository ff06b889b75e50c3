import { AppError, sessionRevoked } from '../../app-error.ts';
import type { Caller, Core } from '../../context.ts';
import { withSystemTransaction } from '../../db/transaction.ts';
import { takeTicket, ticketHash } from './socket-ticket-store.ts';

/**
 * Whoever the ticket was made for, as far as the token it was asked for with is believed. Throws UNAUTHORIZED when it is
 * none, was used or is over, and SESSION_REVOKED when its session has ended since.
 */
export async function redeemSocketTicket(
  core: Pick<Core, 'database' | 'hub' | 'sessionWatch'>,
  ticket: string,
): Promise<Caller> {
  const taken = await withSystemTransaction(core, async ({ db }) => await takeTicket(db, ticketHash(ticket)));
  if (taken === undefined) {
    throw new AppError('UNAUTHORIZED', { message: 'This ticket was used or is over. Ask for another one.' });
  }
  const { userId, tenantId, sessionId, role, sessionBelievedUntil: expiresAt } = taken;
  if (core.sessionWatch.isRevoked(sessionId)) throw sessionRevoked();
  return { userId, tenantId, sessionId, role, expiresAt, scopes: null };
}
