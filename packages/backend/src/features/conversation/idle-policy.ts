import type { RunStatus } from '@aura/contract';
import { AppError } from '../../app-error.ts';

/**
 * The agent must have nothing to do in the conversation: what would be changed is what it reads and answers. Takes the
 * statuses of the conversation's runs that have not ended.
 */
export function assertIdle(active: readonly RunStatus[]): void {
  if (active.length === 0) return;
  if (active.includes('waiting')) {
    throw new AppError('APPROVAL_PENDING', {
      message: 'The agent waits for a decision. Decide or stop it, then try again.',
    });
  }
  throw new AppError('RUN_ACTIVE', {
    message: 'The agent is still answering. Wait for it or stop it, then try again.',
  });
}
