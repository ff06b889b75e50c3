import type { CallerContext } from '../../context.ts';
import { endSessions } from './end-sessions.ts';

/** Ends every session of the caller, in all tenants, this one included. */
export async function logoutAll(ctx: CallerContext): Promise<Record<string, never>> {
  await endSessions(ctx, { userId: ctx.caller.userId, reason: 'logout_all' });
  ctx.refreshCookie?.clear();
  return {};
}
