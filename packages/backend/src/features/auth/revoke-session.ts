import type { RevokeSessionInput } from '@aura/contract';
import { notFound } from '../../app-error.ts';
import type { CallerContext } from '../../context.ts';
import { withSystemTransaction } from '../../db/transaction.ts';
import { endSessions } from './end-sessions.ts';
import { isOwnSession } from './session-store.ts';

/** Ends one of the caller's own sessions; for one that has ended already it does nothing. Throws `NOT_FOUND`. */
export async function revokeSession(
  ctx: CallerContext,
  { sessionId }: RevokeSessionInput,
): Promise<Record<string, never>> {
  const session = { userId: ctx.caller.userId, id: sessionId };
  const endedIds = await endSessions(ctx, { ...session, reason: 'revoked' });
  if (endedIds.length > 0) return {};
  const isOwn = await withSystemTransaction(ctx, async ({ db }) => await isOwnSession(db, session));
  if (!isOwn) throw notFound('session');
  return {};
}
