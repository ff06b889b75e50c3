import { randomUUID } from 'node:crypto';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startRedis, type TestRedis } from '../testing/services/redis.ts';
import type { Bus } from './bus.ts';
import { createRedisBus } from './redis-bus.ts';

const secret = 'a secret for tests, at least thirty-two bytes long';
const A_SECOND = 1_000;

let redis: TestRedis;
let bus: Bus;
let channel: string;
let gaps = 0;
beforeAll(async () => {
  redis = await startRedis();
  bus = createRedisBus(redis.url, { secrets: [secret], onError: () => {} });
  bus.onGap(() => {
    gaps += 1;
  });
});
afterAll(async () => {
  await bus[Symbol.asyncDispose]();
  await redis.stop();
});
beforeEach(async () => {
  channel = `test:${randomUUID()}`;
  await expect.poll(isUp, { timeout: 5_000 }).toBe(true);
});

const isUp = async (): Promise<boolean> =>
  await bus.check().then(
    () => true,
    () => false,
  );

async function milliseconds(work: () => unknown): Promise<number> {
  const from = performance.now();
  await work();
  return performance.now() - from;
}

/** Publishes until it is heard: what is sent before everything is back may be lost. */
async function isHeardAgain(heard: string[]): Promise<void> {
  heard.length = 0;
  const hears = (): number => {
    bus.publish(channel, 'are you there?');
    return heard.length;
  };
  await expect.poll(hears, { timeout: 5_000 }).toBeGreaterThan(0);
}

describe.each(['paused', 'killed'] as const)('the Redis bus while Redis is %s', (fault) => {
  const takeAway = async (): Promise<() => Promise<void>> => {
    if (fault === 'paused') {
      await redis.pause();
      return async () => await redis.resume();
    }
    process.kill(redis.pid, 'SIGKILL');
    await expect.poll(isUp).toBe(false);
    return async () => await redis.restart();
  };

  it('never waits nor throws, says within a second that it does not work, and comes back by itself', async () => {
    const heard: string[] = [];
    await bus.subscribe(channel, (message) => heard.push(message));
    const before = gaps;
    const giveBack = await takeAway();
    try {
      expect(await milliseconds(() => publishMany(2_000))).toBeLessThan(A_SECOND);
      expect(await milliseconds(async () => await expect(bus.check()).rejects.toThrow())).toBeLessThan(
        A_SECOND,
      );
      const late: string[] = [];
      const subscribing = milliseconds(
        async () => await bus.subscribe(channel.concat(':late'), (message) => late.push(message)),
      );
      expect(await subscribing).toBeLessThan(A_SECOND);
    } finally {
      await giveBack();
    }
    await isHeardAgain(heard);
    // A pause shorter than a second breaks no connection; what was dropped in it the heads tell.
    if (fault === 'killed') await expect.poll(() => gaps).toBeGreaterThan(before);
    expect(heard.every((message) => message === 'are you there?' || message.startsWith('many'))).toBe(true);
  });

  it('hears on a channel that was first asked for meanwhile, and not on one that was left meanwhile', async () => {
    const left: string[] = [];
    const subscription = await bus.subscribe(`${channel}:left`, (message) => left.push(message));
    const giveBack = await takeAway();
    const heard: string[] = [];
    try {
      await bus.subscribe(channel, (message) => heard.push(message));
      subscription.unsubscribe();
    } finally {
      await giveBack();
    }
    await isHeardAgain(heard);
    await using probe = connect();
    await expect.poll(async () => await probe.client.pubsub('CHANNELS', `${channel}*`)).toEqual([channel]);
    expect(left).toEqual([]);
  });
});

describe('the Redis bus', () => {
  it('announces a gap only once it hears again', async () => {
    const heard: string[] = [];
    await bus.subscribe(channel, (message) => heard.push(message));
    let isDeafAtGap = false;
    await using probe = connect();
    using _gap = bus.onGap(() => {
      probe.client
        .pubsub('NUMSUB', channel)
        .then(([, count]) => {
          isDeafAtGap ||= Number(count) === 0;
        })
        .catch(() => {});
    });
    for (let round = 0; round < 5; round++) {
      const before = gaps;
      await probe.client.call('CLIENT', 'KILL', 'TYPE', 'pubsub');
      await expect.poll(() => gaps, { timeout: 5_000, interval: 5 }).toBeGreaterThan(before);
      await isHeardAgain(heard);
    }
    expect(isDeafAtGap).toBe(false);
  });

  it('keeps no message of the time Redis did not answer', async () => {
    await redis.pause();
    const before = memory();
    try {
      const text = 'x'.repeat(20_000);
      for (let round = 0; round < 20; round++) {
        for (let index = 0; index < 200; index++) bus.publish(channel, text);
        await expect(bus.check()).rejects.toThrow();
      }
      // 80 MB were published.
      expect(memory() - before).toBeLessThan(40_000_000);
    } finally {
      await redis.resume();
    }
    await expect.poll(isUp, { timeout: 5_000 }).toBe(true);
  });

  it('believes no message that was not signed with the deployment’s secret, for this channel', async () => {
    const heard: string[] = [];
    await bus.subscribe(channel, (message) => heard.push(message));
    await using foreign = open('another secret, as long as the first one is');
    await using wire = connect();
    const recorded: string[] = [];
    await wire.client.subscribe(`${channel}:other`);
    wire.client.on('message', (_, message: string) => recorded.push(message));
    bus.publish(`${channel}:other`, 'genuine, but elsewhere');
    await expect.poll(() => recorded.length).toBe(1);

    await using forger = connect();
    for (const forged of ['', 'plain', '{"to":9}', 'x'.repeat(43).concat('made up'), ...recorded]) {
      await forger.client.publish(channel, forged);
    }
    await expect
      .poll(
        async () =>
          await foreign.check().then(
            () => true,
            () => false,
          ),
      )
      .toBe(true);
    foreign.publish(channel, 'of another deployment');
    await foreign.check();
    bus.publish(channel, 'genuine');
    await expect.poll(() => heard).toEqual(['genuine']);
  });

  it('leaves no channel behind', async () => {
    const subscriptions = await Promise.all(
      Array.from({ length: 300 }, async (_, index) => await bus.subscribe(`${channel}:${index}`, () => {})),
    );
    await using probe = connect();
    expect(await probe.client.pubsub('CHANNELS', `${channel}*`)).toHaveLength(300);
    for (const subscription of subscriptions) subscription.unsubscribe();
    await expect.poll(async () => await probe.client.pubsub('CHANNELS', `${channel}*`)).toEqual([]);
  });
});

const open = (ownSecret: string): Bus =>
  createRedisBus(redis.url, { secrets: [ownSecret], onError: () => {} });
const publishMany = (count: number): void => {
  for (let index = 0; index < count; index++) bus.publish(channel, `many ${index}`);
};

/** What is reachable: without the garbage, of which a busy worker may hold any amount. */
function memory(): number {
  setFlagsFromString('--expose-gc');
  runInNewContext('gc')();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

function connect(): { client: Redis } & AsyncDisposable {
  const client = new Redis(redis.url);
  return {
    client,
    [Symbol.asyncDispose]: () => {
      client.disconnect();
      return Promise.resolve();
    },
  };
}
