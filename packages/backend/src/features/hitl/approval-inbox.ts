import type { ApprovalInboxEvent, ApprovalInboxInput } from '@aura/contract';
import type { TrackedEnvelope } from '@trpc/server';
import type { CallerContext } from '../../context.ts';
import type { Reset } from '../../realtime/resume.ts';
import { userFeed } from '../account/user-feed.ts';

type Changed = Extract<ApprovalInboxEvent, { type: 'approval_changed' }>;

/** Approvals that are asked of the caller or end, over all conversations: from a cursor on, or from now on. */
export function approvalInbox(
  ctx: CallerContext,
  { lastEventId }: ApprovalInboxInput,
  signal: AbortSignal,
): AsyncGenerator<TrackedEnvelope<Changed | Reset<Record<string, never>>>, void, undefined> {
  return userFeed(
    ctx,
    {
      lastEventId,
      viewKey: 'inbox',
      view: (event) => (event.type === 'approval_changed' ? event : null),
    },
    signal,
  );
}
