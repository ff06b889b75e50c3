import { Writable } from 'node:stream';
import { expect, test } from 'vitest';
import { ChunkFactory, newCompletionHead, UsageCounter } from './completion-chunks.ts';
import { writeEventStream } from './completion-stream.ts';
import { paced } from './pace.ts';
import type { Piece } from './pieces.ts';

function slowReader() {
  let next: (() => void) | undefined;
  let bytes = 0;
  let isOpen = false;
  const body = new Writable({
    highWaterMark: 1024,
    write(chunk: Buffer, _encoding, callback) {
      bytes += chunk.length;
      if (isOpen) callback();
      else next = callback;
    },
  });
  const open = (): void => {
    isOpen = true;
    next?.();
  };
  return { body, open, bytes: () => bytes };
}

function start(count: number) {
  const reader = slowReader();
  const stop = new AbortController();
  const produced = { tokens: 0 };
  function* pieces(): Generator<Piece> {
    for (let index = 0; index < count; index += 1) {
      produced.tokens += 1;
      yield { kind: 'text', text: 'word', delayMs: 0 };
    }
    yield { kind: 'finish', reason: 'stop' };
  }
  const options = {
    chunks: new ChunkFactory(newCompletionHead('aura-offline'), { wantsUsage: false }),
    usage: new UsageCounter(0),
    wantsUsage: false,
    signal: stop.signal,
  };
  const writing = writeEventStream(reader.body, paced(pieces(), stop.signal), options);
  return { ...reader, stop, produced, writing };
}

test('makes no more tokens than the reader takes, and all of them once it reads', async () => {
  const { body, open, produced, writing } = start(10_000);
  await expect.poll(() => body.writableNeedDrain).toBe(true);
  expect(produced.tokens).toBeLessThan(20);
  open();
  expect(await writing).toEqual({ kind: 'finish', reason: 'stop' });
  expect(produced.tokens).toBe(10_000);
});

test('stops waiting for a reader when the client leaves', async () => {
  const { body, stop, writing } = start(10_000);
  await expect.poll(() => body.writableNeedDrain).toBe(true);
  stop.abort();
  await expect(writing).rejects.toThrow('abort');
});
