import { setImmediate as nextRound } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { createPace } from './pace.ts';

test('lets whoever comes alone go on without waiting for the event loop', async () => {
  const pace = createPace();
  const order: string[] = [];
  const round = nextRound().then(() => order.push('round'));
  await pace.next();
  order.push('first');
  await round;
  await nextRound();
  await pace.next();
  order.push('second');
  expect(order).toEqual(['first', 'round', 'second']);
});

test('lets one of many go on each time the event loop comes round, in the order they came', async () => {
  const pace = createPace();
  const gone: number[] = [];
  const all = [0, 1, 2, 3].map(async (index) => {
    await pace.next();
    gone.push(index);
  });
  let rounds = 0;
  while (gone.length < 4) {
    await nextRound();
    rounds++;
    expect(gone.length).toBeLessThanOrEqual(rounds + 1);
  }
  await Promise.all(all);
  expect(gone).toEqual([0, 1, 2, 3]);
});
