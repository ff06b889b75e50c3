import { expect, test } from 'vitest';
import { AuraError } from '../aura-error.ts';
import { type FeedObserver, followFeed, type FollowStatus } from './follow-feed.ts';

type Event = { type: 'add'; n: number } | { type: 'reset'; state: number[] } | { type: 'end' };

/** A feed that the test speaks for: each subscription is handed out with the cursor it was opened with. */
function start(snapshot: { state: number[]; cursor: string }) {
  const opened: { cursor: string; observer: FeedObserver<Event>; isOpen: boolean }[] = [];
  const ended = new AbortController();
  const states: number[][] = [];
  const statuses: FollowStatus['status'][] = [];
  let loads = 0;
  const over = followFeed<number[], Event>({
    source: {
      load: async () => {
        loads += 1;
        return { ...snapshot };
      },
      subscribe(cursor, observer) {
        const subscription = { cursor, observer, isOpen: true };
        opened.push(subscription);
        return { unsubscribe: () => (subscription.isOpen = false) };
      },
    },
    apply: (state, event) =>
      event.type === 'add' ? [...state, event.n] : event.type === 'reset' ? event.state : [...state, -1],
    isOver: (state) => state.includes(-1),
    onState: (state) => void states.push(state),
    onStatus: ({ status }) => void statuses.push(status),
    signal: ended.signal,
    retryDelayMs: () => 0,
  });
  const next = async (count: number) => {
    await expect.poll(() => opened.length).toBe(count);
    const subscription = opened[count - 1];
    if (subscription === undefined) throw new Error('not opened');
    return subscription;
  };
  return { next, states, statuses, over, ended, loads: () => loads };
}

const at = (seq: number, epoch = '00000000') => `v1.${epoch}.${seq}`;

test('applies each event once, whatever the server repeats', async () => {
  const feed = start({ state: [], cursor: at(0) });
  const { observer } = await feed.next(1);
  for (const seq of [1, 2, 1, 2, 3, 3]) observer.onData({ id: at(seq), data: { type: 'add', n: seq } });
  expect(feed.states.at(-1)).toEqual([1, 2, 3]);
  feed.ended.abort();
  await feed.over;
});

test('subscribes again from the last event after an error that passes, and drops the overlap', async () => {
  const feed = start({ state: [], cursor: at(0) });
  const first = await feed.next(1);
  first.observer.onData({ id: at(1), data: { type: 'add', n: 1 } });
  first.observer.onError(new AuraError('UNAVAILABLE', { message: 'later' }));
  const second = await feed.next(2);
  expect(second.cursor).toBe(at(1));
  // What the dead subscription still says is nobody's business.
  first.observer.onData({ id: at(2), data: { type: 'add', n: 99 } });
  second.observer.onData({ id: at(1), data: { type: 'add', n: 1 } });
  second.observer.onData({ id: at(2), data: { type: 'add', n: 2 } });
  expect(feed.states.at(-1)).toEqual([1, 2]);
  expect(feed.loads()).toBe(1);
  feed.ended.abort();
});

test('a reset replaces the state and the place, even when its place is an earlier one', async () => {
  const feed = start({ state: [7], cursor: at(9) });
  const { observer } = await feed.next(1);
  observer.onData({ id: at(2, 'ffffffff'), data: { type: 'reset', state: [1, 2] } });
  observer.onData({ id: at(3, 'ffffffff'), data: { type: 'add', n: 3 } });
  expect(feed.states.at(-1)).toEqual([1, 2, 3]);
  observer.onError(new AuraError('INTERNAL', { message: 'oops' }));
  expect((await feed.next(2)).cursor).toBe(at(3, 'ffffffff'));
  feed.ended.abort();
});

test('a completion that nobody asked for is followed by a new subscription', async () => {
  const feed = start({ state: [], cursor: at(4) });
  (await feed.next(1)).observer.onComplete();
  expect((await feed.next(2)).cursor).toBe(at(4));
  feed.ended.abort();
});

test('ends with the last event, and with errors that do not pass', async () => {
  const feed = start({ state: [], cursor: at(0) });
  const subscription = await feed.next(1);
  subscription.observer.onStarted();
  subscription.observer.onData({ id: at(1), data: { type: 'end' } });
  await feed.over;
  expect(subscription.isOpen).toBe(false);
  expect(feed.statuses).toEqual(['loading', 'live', 'ended']);

  const other = start({ state: [], cursor: at(0) });
  (await other.next(1)).observer.onError(new AuraError('FORBIDDEN', { message: 'no' }));
  await other.over;
  expect(other.statuses).toEqual(['loading', 'forbidden']);
});

test('calls nothing any more once it is aborted', async () => {
  const feed = start({ state: [], cursor: at(0) });
  const { observer } = await feed.next(1);
  feed.ended.abort();
  await feed.over;
  const calls = feed.states.length + feed.statuses.length;
  observer.onData({ id: at(1), data: { type: 'add', n: 1 } });
  observer.onStarted();
  observer.onError(new Error('late'));
  expect(feed.states.length + feed.statuses.length).toBe(calls);
});
