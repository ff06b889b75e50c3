import type { SessionView } from '@aura/contract';
import type { CallerContext } from '../../context.ts';
import { withSystemTransaction } from '../../db/transaction.ts';
import { sessionView } from './auth-view.ts';
import { liveSessionsOf } from './session-store.ts';

/** Where the caller is signed in, in all tenants, the last used first. */
export async function listSessions(ctx: CallerContext): Promise<SessionView[]> {
  const { userId, sessionId } = ctx.caller;
  const sessions = await withSystemTransaction(ctx, async ({ db }) => await liveSessionsOf(db, userId));
  return sessions.map((session) => sessionView(session, sessionId));
}
