import type { CallerContext } from '../../context.ts';
import { endSessions } from './end-sessions.ts';

/** Ends the caller's session. Repeating it changes nothing. */
export async function logout(ctx: CallerContext): Promise<Record<string, never>> {
  await endSessions(ctx, { userId: ctx.caller.userId, id: ctx.caller.sessionId, reason: 'logout' });
  ctx.refreshCookie?.clear();
  return {};
}
