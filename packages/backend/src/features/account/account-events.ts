import type { AccountEvent, AccountEventsInput } from '@aura/contract';
import type { TrackedEnvelope } from '@trpc/server';
import type { CallerContext } from '../../context.ts';
import type { Reset } from '../../realtime/resume.ts';
import { userFeed } from './user-feed.ts';

/** What happens to the caller, on every device: from a cursor on, or from now on without one. */
export function accountEvents(
  ctx: CallerContext,
  { lastEventId }: AccountEventsInput,
  signal: AbortSignal,
): AsyncGenerator<TrackedEnvelope<AccountEvent | Reset<Record<string, never>>>, void, undefined> {
  return userFeed(ctx, { lastEventId, viewKey: 'account', view: (event) => event }, signal);
}
