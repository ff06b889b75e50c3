import type { Logger } from 'pino';
import type { Bus } from './realtime/bus.ts';

/**
 * Tells once that the bus is down and once that it is back: else every connection that is tried would be a line.
 * Made before the bus, which takes `onError`; `watch` takes the bus.
 */
export function createBusReporter(log: Logger): {
  onError: (err: Error) => void;
  watch(bus: Pick<Bus, 'isDown' | 'onGap'>): void;
} {
  let bus: Pick<Bus, 'isDown'> = { isDown: true };
  let isTold = false;
  return {
    onError(err) {
      if (!bus.isDown) return log.warn({ err: err.message }, 'redis');
      if (isTold) return log.debug({ err: err.message }, 'redis');
      isTold = true;
      log.warn(
        { err: err.message },
        'Redis cannot be reached. Nothing is lost; what happens on other nodes shows up to 2 s later. Trying on: is REDIS_URL right?',
      );
    },
    watch(opened) {
      bus = opened;
      opened.onGap(() => {
        if (isTold) log.info('Redis is back');
        isTold = false;
      });
    },
  };
}
