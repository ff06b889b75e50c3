import { randomBytes } from 'node:crypto';
import type { SocketTicket } from '@aura/contract';
import type { CallerContext } from '../../context.ts';
import { withSystemTransaction } from '../../db/transaction.ts';
import { deleteOldTickets, insertTicket, ticketHash } from './socket-ticket-store.ts';

const LIFE_SECONDS = 30;

/**
 * A ticket for one socket, for clients that can set no header on it: good for 30 s, once, for the caller's session and
 * tenant. It stands in an address, which proxies log, so an access token must not.
 */
export async function createSocketTicket(ctx: CallerContext): Promise<SocketTicket> {
  const { tenantId, userId, sessionId, role, expiresAt: sessionBelievedUntil } = ctx.caller;
  const ticket = `aws_${randomBytes(32).toString('base64url')}`;
  return await withSystemTransaction(ctx, async ({ db }) => {
    await deleteOldTickets(db, { tenantId, userId });
    const { expiresAt } = await insertTicket(db, {
      hash: ticketHash(ticket),
      tenantId,
      userId,
      sessionId,
      role,
      sessionBelievedUntil,
      lifeSeconds: LIFE_SECONDS,
    });
    return { ticket, expiresAt: expiresAt.toISOString() };
  });
}
