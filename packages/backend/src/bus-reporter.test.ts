import { pino } from 'pino';
import { expect, it } from 'vitest';
import { createBusReporter } from './bus-reporter.ts';

it('tells once that the bus is down and once that it is back, and every failure while it is up', () => {
  const lines: { level: number; msg: string }[] = [];
  const log = pino({ level: 'info' }, { write: (line: string) => void lines.push(JSON.parse(line)) });
  const reporter = createBusReporter(log);
  const bus = { isDown: true, back: (): void => {} };
  reporter.watch({
    get isDown() {
      return bus.isDown;
    },
    onGap(listener) {
      bus.back = listener;
      return { [Symbol.dispose]: () => {} };
    },
  });
  const refused = new Error('connect ECONNREFUSED 127.0.0.1:1');
  for (let round = 0; round < 2; round++) {
    bus.isDown = true;
    for (let attempt = 0; attempt < 5; attempt++) reporter.onError(refused);
    bus.isDown = false;
    bus.back();
    bus.back();
  }
  reporter.onError(new Error('a listener failed'));
  expect(lines.map(({ level, msg }) => [level, msg.slice(0, 13)])).toEqual([
    [40, 'Redis cannot '],
    [30, 'Redis is back'],
    [40, 'Redis cannot '],
    [30, 'Redis is back'],
    [40, 'redis'],
  ]);
});
