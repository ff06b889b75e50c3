import type { PostMessageOutput } from '@aura/contract';
import { AppError, notFound } from '../../app-error.ts';
import { archived, muted } from './chat-policy.ts';
import type { NewRoomMessage, WrittenMessage } from './message-writer-store.ts';

/** What the caller is answered; throws why a message was not posted. */
export function postOutcome({ message }: NewRoomMessage, written: WrittenMessage): PostMessageOutput {
  switch (written.kind) {
    case 'posted':
      return { messageId: message.id, seq: written.event.seq, runId: message.runId };
    case 'repeated':
      return { messageId: written.messageId, seq: written.seq, runId: written.runId };
    case 'conflict':
      throw new AppError('IDEMPOTENCY_CONFLICT', {
        message: 'This clientId was used for another message. Send this one under a new clientId.',
      });
    case 'absent':
      throw notFound('room');
    case 'archived':
      throw archived();
    case 'muted':
      throw muted(written.until, written.now);
    case 'slow':
      throw new AppError('SLOW_MODE', {
        message: `Slow mode: wait ${Math.ceil(written.retryAfterMs / 1_000)} s before your next message.`,
        retryAfterMs: written.retryAfterMs,
      });
  }
}
