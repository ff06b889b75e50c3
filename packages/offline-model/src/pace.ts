import { setImmediate, setTimeout } from 'node:timers/promises';
import type { Piece } from './pieces.ts';

const piecesPerTick = 64;

/**
 * Hands out pieces at their own pace. Without delays it still returns to the event loop now and then,
 * or one long answer would keep the process from seeing that its reader has left.
 * @throws the signal's reason (AbortError) as soon as it aborts; no timer outlives it
 */
export async function* paced(pieces: Iterable<Piece>, signal: AbortSignal): AsyncGenerator<Piece> {
  let sinceTick = 0;
  for (const piece of pieces) {
    signal.throwIfAborted();
    const delayMs = 'delayMs' in piece ? piece.delayMs : 0;
    sinceTick += 1;
    if (delayMs > 0) await setTimeout(delayMs, undefined, { signal });
    else if (sinceTick % piecesPerTick === 0) await setImmediate(undefined, { signal });
    yield piece;
  }
}
