import { once } from 'node:events';
import type { Writable } from 'node:stream';
import { type ChunkFactory, type UsageCounter } from './completion-chunks.ts';
import type { Ending, Piece } from './pieces.ts';

export type StreamOptions = {
  chunks: ChunkFactory;
  usage: UsageCounter;
  wantsUsage: boolean;
  signal: AbortSignal;
};

/**
 * Writes pieces as server-sent events and returns how they ended; the body stays open for the caller to
 * end, stall or destroy. A reader that is slow slows the writing down: nothing piles up here.
 * @throws AbortError when the signal aborts
 */
export async function writeEventStream(
  body: Writable,
  pieces: AsyncIterable<Piece>,
  options: StreamOptions,
): Promise<Ending> {
  const { chunks, usage, signal } = options;
  const send = async (data: string): Promise<void> => {
    if (!body.write(`data: ${data}\n\n`)) await once(body, 'drain', { signal });
  };
  await send(JSON.stringify(chunks.role()));
  for await (const piece of pieces) {
    switch (piece.kind) {
      case 'thought':
      case 'text':
      case 'call':
      case 'arguments':
        usage.count(piece);
        await send(JSON.stringify(chunks.token(piece)));
        break;
      case 'failure':
        if (piece.failure === 'garbage') await send('{"id":"chatcmpl-","choices":[{"delta":{"content":');
        return piece;
      case 'finish':
        await send(JSON.stringify(chunks.finish(piece.reason)));
        if (options.wantsUsage) await send(JSON.stringify(chunks.usage(usage.read())));
        await send('[DONE]');
        return piece;
    }
  }
  throw new Error('A response needs an ending.');
}
