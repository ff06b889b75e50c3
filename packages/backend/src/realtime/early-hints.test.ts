import { describe, expect, it } from 'vitest';
import { EarlyHints, earlyHint } from './early-hints.ts';
import type { StreamEvent } from './event.ts';
import type { Hint } from './hint.ts';

const event = (seq: number): StreamEvent => ({ seq, type: 'test', runId: null, at: '', data: {} });
const hint = (from: number, to: number, chars = 10): Hint => ({
  head: to,
  events: Array.from({ length: to - from + 1 }, (_, index) => event(from + index)),
  chars,
});
const early = (from: number, to: number, chars?: number) => {
  const found = earlyHint(hint(from, to, chars), 1);
  if (found === null) throw new Error('not early');
  return found;
};

describe('EarlyHints', () => {
  it('takes for early only what leaves a hole after something that was heard', () => {
    expect(earlyHint(hint(3, 4), 1)).not.toBeNull();
    expect(earlyHint(hint(2, 4), 1)).toBeNull();
    expect(earlyHint(hint(1, 4), 1)).toBeNull();
    expect(earlyHint(hint(3, 4), 0)).toBeNull();
    expect(earlyHint({ head: 9, events: null, chars: 0 }, 1)).toBeNull();
  });

  it('gives back what joins on, whatever the order it came in, and forgets what is of no use', () => {
    const hints = new EarlyHints();
    for (const each of [early(7, 8), early(3, 4), early(3, 3), early(5, 6)]) hints.keep(each);
    expect(hints.takeAfter(1)).toBeNull();
    expect(hints.takeAfter(3)?.head).toBe(4);
    expect(hints.takeAfter(6)?.head).toBe(8);
    expect(hints.isEmpty).toBe(true);
  });

  it('gives all of it back in order when what is missing does not come', () => {
    const hints = new EarlyHints();
    for (const each of [early(9, 9), early(3, 4), early(6, 7)]) hints.keep(each);
    expect(hints.takeAll().map(({ head }) => head)).toEqual([4, 7, 9]);
    expect(hints.isEmpty).toBe(true);
  });

  it('keeps no more than so many and so much', () => {
    const hints = new EarlyHints();
    const kept = Array.from({ length: 100 }, (_, index) => hints.keep(early(3 + index, 3 + index)));
    expect(kept.filter((isKept) => isKept)).toHaveLength(64);
    expect(new EarlyHints().keep(early(3, 3, 300_000))).toBe(false);
  });
});
