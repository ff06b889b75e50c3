import { setImmediate as nextRound } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { AT_ONCE, createPace } from './pace.ts';

test('lets a few go on without waiting for the event loop', async () => {
  const pace = createPace();
  const order: string[] = [];
  const round = nextRound().then(() => order.push('round'));
  for (let index = 0; index < AT_ONCE; index++) await pace.next();
  order.push('first');
  await pace.next();
  order.push('one more');
  await round;
  await nextRound();
  await nextRound();
  await pace.next();
  order.push('later');
  expect(order.filter((what) => what !== 'round')).toEqual(['first', 'one more', 'later']);
  expect(order.indexOf('first')).toBeLessThan(order.indexOf('round'));
  expect(order.indexOf('round')).toBeLessThan(order.indexOf('later'));
});

test('lets a few of many go on each time the event loop comes round, in the order they came', async () => {
  const pace = createPace();
  const gone: number[] = [];
  const COUNT = 10 * AT_ONCE;
  const all = Array.from({ length: COUNT }, async (_, index) => {
    await pace.next();
    gone.push(index);
  });
  let rounds = 0;
  while (gone.length < COUNT) {
    await nextRound();
    rounds++;
    expect(gone.length).toBeLessThanOrEqual((rounds + 1) * AT_ONCE);
  }
  await Promise.all(all);
  expect(gone).toEqual(Array.from({ length: COUNT }, (_, index) => index));
});
