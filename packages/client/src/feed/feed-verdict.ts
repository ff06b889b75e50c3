import type { AuraErrorCode } from '../aura-error.ts';

/** What a follower does about an error: try again, or end in that status. */
export type FeedVerdict = 'retry' | 'notFound' | 'forbidden' | 'signedOut' | 'failed';

/** Errors reach a follower after the client has renewed the token and repeated what was worth repeating. */
export function feedVerdict(code: AuraErrorCode): FeedVerdict {
  switch (code) {
    case 'NETWORK':
    case 'UNKNOWN_OUTCOME':
    case 'UNAVAILABLE':
    case 'INTERNAL':
    case 'TIMEOUT':
    case 'TOO_MANY_REQUESTS':
      return 'retry';
    case 'NOT_FOUND':
    // The input is an id and a cursor of the server's own, so it is the id that cannot be one.
    case 'BAD_INPUT':
      return 'notFound';
    case 'FORBIDDEN':
    case 'BANNED':
      return 'forbidden';
    case 'UNAUTHORIZED':
    case 'SESSION_REVOKED':
    case 'ACCOUNT_INACTIVE':
    case 'REFRESH_INVALID':
    case 'REFRESH_REUSED':
      return 'signedOut';
    case 'INVALID_CREDENTIALS':
    case 'ACCOUNT_LOCKED':
    case 'EMAIL_TAKEN':
    case 'REGISTRATION_CLOSED':
    case 'ISSUER_UNAVAILABLE':
    case 'CONFLICT':
    case 'IDEMPOTENCY_CONFLICT':
    case 'RUN_ACTIVE':
    case 'APPROVAL_PENDING':
    case 'APPROVAL_DECIDED':
    case 'APPROVAL_EXPIRED':
    case 'APPROVAL_MISMATCH':
    case 'APPROVAL_OUTDATED':
    case 'ROOM_ARCHIVED':
    case 'MUTED':
    case 'SLOW_MODE':
    case 'PAYLOAD_TOO_LARGE':
      return 'failed';
  }
}
