import type { SessionState } from './session-store.ts';

/**
 * What a refresh token is worth. A session has one current generation; using its token makes the next one current.
 *
 *   token of the current generation       → rotate: the next generation's token
 *   token of the one right before it,
 *     at most 10 s after the rotation     → resend: the current token once more (two tabs at once, an answer that was
 *                                           lost); there is never a second successor
 *   any older token, or that one later    → reused: two parties hold this session, and who is right cannot be known,
 *                                           so the whole family ends
 *   a session that was ended              → reused again if that is why it ended, else revoked
 *   a session past its time, or a token
 *     of a generation not reached yet
 *     (a database restored from a backup) → over
 *   the user is switched off              → inactive
 */
export type RefreshVerdict = 'rotate' | 'resend' | 'reused' | 'revoked' | 'over' | 'inactive';

const GRACE_MS = 10_000;

export function judgeRefresh(session: SessionState, generation: number): RefreshVerdict {
  if (session.isRevoked) return session.revokedReason === 'reused' ? 'reused' : 'revoked';
  if (session.isOver || generation > session.generation) return 'over';
  const isPrevious = generation === session.generation - 1;
  if (generation < session.generation && !(isPrevious && session.rotatedAgoMs <= GRACE_MS)) return 'reused';
  if (!session.isUserActive) return 'inactive';
  return isPrevious ? 'resend' : 'rotate';
}
