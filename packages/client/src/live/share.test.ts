import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createStore } from '../store.ts';
import { createShare } from './share.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function start() {
  const log: string[] = [];
  const state = { isDisposable: true };
  const share = createShare((key) => ({
    ...createStore(0),
    begin: () => void log.push(`begin ${key}`),
    end: () => void log.push(`end ${key}`),
    isDisposable: () => state.isDisposable,
  }));
  return { log, state, share };
}
const ignore = () => undefined;

test('runs once for all subscribers, until some time after the last', () => {
  const { log, share } = start();
  const [one, two] = [share('a'), share('a')];
  expect(one).toBe(two);
  const leaveOne = one.subscribe(ignore);
  const leaveTwo = two.subscribe(ignore);
  leaveOne();
  leaveOne();
  vi.runAllTimers();
  expect(log).toEqual(['begin a']);
  leaveTwo();
  vi.runAllTimers();
  expect(log).toEqual(['begin a', 'end a']);
  expect(share('a')).not.toBe(one);
});

test('a quick return keeps it running', () => {
  const { log, share } = start();
  share('a').subscribe(ignore)();
  share('a').subscribe(ignore);
  vi.runAllTimers();
  expect(log).toEqual(['begin a']);
});

test('is kept, at rest, while it holds something; and forgotten when nobody ever came', () => {
  const { log, state, share } = start();
  state.isDisposable = false;
  const kept = share('a');
  kept.subscribe(ignore)();
  vi.runAllTimers();
  expect(log).toEqual(['begin a', 'end a']);
  expect(share('a')).toBe(kept);

  state.isDisposable = true;
  const unseen = share('b');
  vi.runAllTimers();
  expect(share('b')).not.toBe(unseen);
  // A view that held on to it through the pause brings it back.
  kept.subscribe(ignore);
  expect(log.at(-1)).toBe('begin a');
});
