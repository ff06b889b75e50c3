import type { Heartbeat } from '@aura/contract';
import type { RequestContext } from '../../context.ts';
import { touchSession } from '../auth/touch-session.ts';

/** The sign of life of an application; the device of a caller who is signed in counts as seen. */
export async function heartbeat(ctx: RequestContext): Promise<Heartbeat> {
  await touchSession(ctx);
  return { status: 'ok', serverTime: ctx.clock.now().toISOString() };
}
