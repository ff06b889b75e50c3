import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createReadMarker } from './read-marker.ts';
import { createTypingSignal } from './typing-signal.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test('typing is said at once, again every three seconds while keys come, and taken back when they stop', () => {
  const said: boolean[] = [];
  const signal = createTypingSignal(({ isTyping }) => void said.push(isTyping));
  for (let key = 0; key < 13; key++) {
    signal.typing();
    vi.advanceTimersByTime(500);
  }
  expect(said).toEqual([true, true, true]);
  vi.advanceTimersByTime(4_000);
  expect(said).toEqual([true, true, true, false]);
  signal.stop();
  signal.typing();
  signal.stop();
  expect(said).toEqual([true, true, true, false, true, false]);
});

test('how far was read is told once for many messages, and never backwards', async () => {
  const told: number[] = [];
  const marker = createReadMarker(async (seq) => void told.push(seq));
  for (const seq of [3, 5, 4]) marker.seen(seq);
  await vi.advanceTimersByTimeAsync(1_000);
  marker.seen(5);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(told).toEqual([5]);
});

test('what could not be told is told with the next look', async () => {
  const told: number[] = [];
  const marker = createReadMarker(async (seq) => {
    told.push(seq);
    if (told.length === 1) throw new Error('cut');
  });
  marker.seen(5);
  await vi.advanceTimersByTimeAsync(1_000);
  marker.seen(5);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(told).toEqual([5, 5]);
});
