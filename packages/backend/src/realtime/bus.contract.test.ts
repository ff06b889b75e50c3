import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Bus } from './bus.ts';
import { createInProcessBus } from './in-process-bus.ts';
import { createRedisBus } from './redis-bus.ts';

const redisUrl = process.env.AURA_TEST_REDIS_URL;
const secret = 'a secret for tests, at least thirty-two bytes long';

interface Adapter {
  name: string;
  /** The busses of two nodes; those of a single process are one. */
  open(onError: (err: Error) => void): [Bus, Bus];
}
const inProcess: Adapter = {
  name: 'in process',
  open(onError) {
    const bus = createInProcessBus({ onError });
    return [bus, bus];
  },
};
const redis = (url: string): Adapter => ({
  name: 'redis',
  open: (onError) => [
    createRedisBus(url, { secrets: [secret], onError }),
    createRedisBus(url, { secrets: [secret], onError }),
  ],
});

describe.each(redisUrl === undefined ? [inProcess] : [inProcess, redis(redisUrl)])(
  'bus: $name',
  ({ open }) => {
    let here: Bus;
    let there: Bus;
    let channel: string;
    const errors: Error[] = [];
    beforeEach(async () => {
      errors.length = 0;
      [here, there] = open((err) => errors.push(err));
      channel = `test:${randomUUID()}`;
      await expect.poll(async () => await works(here, there)).toBe(true);
    });
    afterEach(async () => {
      await here[Symbol.asyncDispose]();
      await there[Symbol.asyncDispose]();
    });

    it('delivers every message once and in order, to the node that sent it too', async () => {
      const heardHere = await listen(here, channel);
      const heardThere = await listen(there, channel);
      const sent = Array.from({ length: 200 }, (_, index) => `message ${index} — ∞\n`);
      for (const message of sent) there.publish(channel, message);
      await expect.poll(() => heardHere.length + heardThere.length).toBe(400);
      expect(heardHere).toEqual(sent);
      expect(heardThere).toEqual(sent);
    });

    it('delivers to no other channel, and to nobody after unsubscribe', async () => {
      const heard: string[] = [];
      const subscription = await here.subscribe(channel, (message) => heard.push(message));
      const other = await listen(here, `${channel}:other`);
      subscription.unsubscribe();
      subscription.unsubscribe();
      there.publish(channel, 'lost');
      there.publish(`${channel}:other`, 'found');
      await expect.poll(() => other).toEqual(['found']);
      expect(heard).toEqual([]);
    });

    it('takes the same function twice as two subscriptions', async () => {
      const heard: string[] = [];
      const onMessage = (message: string): void => void heard.push(message);
      const first = await here.subscribe(channel, onMessage);
      await here.subscribe(channel, onMessage);
      there.publish(channel, 'a');
      await expect.poll(() => heard).toEqual(['a', 'a']);
      first.unsubscribe();
      there.publish(channel, 'b');
      await expect.poll(() => heard).toEqual(['a', 'a', 'b']);
    });

    it('is subscribed when it says so, for those who join a subscription that is under way as well', async () => {
      const heard = [0, 0, 0];
      await Promise.all(
        heard.map(async (_, index) => {
          await here.subscribe(channel, () => void heard.splice(index, 1, 1));
          there.publish(channel, `from ${index}`);
        }),
      );
      await expect.poll(() => heard).toEqual([1, 1, 1]);
    });

    it('hears again after leaving and coming back at once', async () => {
      for (let round = 0; round < 20; round++) {
        const before = await here.subscribe(channel, () => {});
        before.unsubscribe();
        const heard: string[] = [];
        const subscription = await here.subscribe(channel, (message) => heard.push(message));
        there.publish(channel, `round ${round}`);
        await expect.poll(() => heard, { interval: 5 }).toEqual([`round ${round}`]);
        subscription.unsubscribe();
      }
    });

    it('tells the other listeners although one throws, and reports what it threw', async () => {
      await here.subscribe(channel, () => {
        throw new Error('a careless listener');
      });
      const heard = await listen(here, channel);
      there.publish(channel, 'still here');
      await expect.poll(() => heard).toEqual(['still here']);
      expect(errors.map((err) => err.message)).toContain('a careless listener');
    });

    it('says that it works, and drops without a word what is published after its end', async () => {
      await here.check();
      const heard = await listen(there, channel);
      await here[Symbol.asyncDispose]();
      if (here !== there) {
        here.publish(channel, 'too late');
        there.publish(channel, 'in time');
        await expect.poll(() => heard).toEqual(['in time']);
        await expect(here.check()).rejects.toThrow();
      }
      expect(errors).toEqual([]);
    });
  },
);

async function works(...busses: Bus[]): Promise<boolean> {
  return await Promise.all(busses.map(async (bus) => await bus.check())).then(
    () => true,
    () => false,
  );
}

async function listen(bus: Bus, channel: string): Promise<string[]> {
  const heard: string[] = [];
  await bus.subscribe(channel, (message) => heard.push(message));
  return heard;
}
