import type { AuraError } from '../aura-error.ts';
import type { FollowStatus } from '../feed/follow-feed.ts';

/** What is known about something that is followed. A state that is there stays visible whatever the status. */
export type LiveStatus = 'loading' | 'ready' | 'notFound' | 'error';

/** What a follower's status means to whoever looks; `status` is the one so far. */
export function toLiveStatus(
  follow: FollowStatus,
  status: LiveStatus,
): { status: LiveStatus; error: AuraError | null } {
  switch (follow.status) {
    case 'loading':
      return { status, error: null };
    case 'live':
    case 'ended':
      return { status: 'ready', error: null };
    case 'reconnecting':
      return { status, error: follow.error };
    case 'notFound':
      return { status: 'notFound', error: follow.error };
    case 'forbidden':
    case 'signedOut':
    case 'failed':
      return { status: 'error', error: follow.error };
  }
}
