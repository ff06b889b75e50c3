import { expect, it } from 'vitest';
import { PageCache } from './page-cache.ts';
import type { Page } from './page-reader.ts';

const pageOf = (chars: number): Page => ({ events: [], chars, isFull: true });

it('keeps the newest pages, up to eight million characters of them, for five seconds', () => {
  let nowMs = 0;
  const cache = new PageCache(() => nowMs);
  const kept = (): string[] => ['a', 'b', 'c', 'd'].filter((key) => cache.get(key) !== undefined);
  for (const key of ['a', 'b', 'c']) cache.set(key, pageOf(3_000_000));
  expect(kept()).toEqual(['b', 'c']);
  cache.set('b', pageOf(1_000_000));
  cache.set('d', pageOf(4_000_000));
  expect(kept()).toEqual(['b', 'c', 'd']);
  nowMs = 5_001;
  expect(kept()).toEqual([]);
  cache.set('a', pageOf(8_000_000));
  expect(kept()).toEqual(['a']);
  cache.set('b', pageOf(9_000_000));
  expect(kept()).toEqual([]);
});
