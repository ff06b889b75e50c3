import { describe, expect, it } from 'vitest';
import { createTurns } from './turns.ts';

const never = new AbortController().signal;

/** Takes places without waiting for them, and tells which have been given. */
function line(count: number, signal: AbortSignal = never) {
  const turns = createTurns(count);
  const given: string[] = [];
  const take = async (name: string, own = signal): Promise<Disposable> => {
    const place = await turns.take(own);
    given.push(name);
    return place;
  };
  return { take, given };
}

describe('turns', () => {
  it('are given at once while there are any, then in the order they were asked for', async () => {
    const { take, given } = line(2);
    const [first, second] = [await take('a'), await take('b')];
    const waiting = [take('c'), take('d')];
    await Promise.resolve();
    expect(given).toEqual(['a', 'b']);
    second[Symbol.dispose]();
    second[Symbol.dispose]();
    (await waiting[0])?.[Symbol.dispose]();
    await waiting[1];
    expect(given).toEqual(['a', 'b', 'c', 'd']);
    first[Symbol.dispose]();
    await take('e');
  });

  it('are not taken by whoever gave up, before or while waiting', async () => {
    const { take, given } = line(1);
    const held = await take('a');
    const leaving = new AbortController();
    const gone = take('gone', leaving.signal);
    const next = take('b');
    leaving.abort();
    (await gone)[Symbol.dispose]();
    (await take('too late', leaving.signal))[Symbol.dispose]();
    expect(given).toEqual(['a', 'gone', 'too late']);
    held[Symbol.dispose]();
    await next;
    expect(given.at(-1)).toBe('b');
  });
});
