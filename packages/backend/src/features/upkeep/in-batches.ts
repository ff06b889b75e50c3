import { setImmediate } from 'node:timers/promises';

/** Work that meets more than this leaves the rest to its next tick. */
const MAX_BATCHES = 20_000;

/**
 * Repeats `batch`, one short transaction each, until it answers that nothing is left or the signal aborts, which is no
 * failure: what is left is found by the next tick. Lets others have the process between two, because the embedded
 * database answers without letting anything else happen.
 */
export async function inBatches(
  signal: AbortSignal,
  batch: () => Promise<{ isLast: boolean }>,
): Promise<void> {
  for (let round = 0; round < MAX_BATCHES && !signal.aborted; round++) {
    const { isLast } = await batch();
    if (isLast) return;
    await setImmediate();
  }
}
