import { FencedError } from '../../realtime/group-writer.ts';
import { SELF_FENCE_MS } from './lease-keeper.ts';
import type { RunSession } from './run-session.ts';

/**
 * Proves a claim by `checkpoint`, and once more when most of a lease's time has gone by meanwhile: a process that was
 * frozen wakes up in the middle of anything, before it can hear that another has taken its run over. Throws
 * `FencedError` when the claim is gone, or cannot be proved in time.
 */
export async function surely(
  session: Pick<RunSession, 'checkpoint'>,
  checkpoint: () => Promise<void>,
): Promise<void> {
  for (const prove of [checkpoint, async () => await session.checkpoint([], [])]) {
    const since = performance.now();
    await prove();
    if (performance.now() - since < SELF_FENCE_MS) return;
  }
  throw new FencedError('the claim takes longer to prove than it lasts');
}
