import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { startRedis, type TestRedis } from '../testing/services/redis.ts';
import type { Bus } from './bus.ts';
import { createRedisBus } from './redis-bus.ts';

let redis: TestRedis;
let probe: Redis;
let here: Bus;
let there: Bus;
let channel: string;
beforeAll(async () => {
  redis = await startRedis({ mode: 'cluster' });
  probe = new Redis(redis.url);
  probe.on('error', () => {});
  await probe.call('CLUSTER', 'ADDSLOTSRANGE', '0', '16383');
  const open = (): Bus =>
    createRedisBus(`${redis.url}, ${redis.url}`, {
      secrets: ['a secret for tests, at least thirty-two bytes long'],
      onError: () => {},
    });
  [here, there] = [open(), open()];
});
afterAll(async () => {
  await here[Symbol.asyncDispose]();
  await there[Symbol.asyncDispose]();
  probe.disconnect();
  await redis.stop();
});
beforeEach(async () => {
  channel = `test:${randomUUID()}`;
  await expect.poll(async () => await Promise.all([isUp(here), isUp(there)])).toEqual([true, true]);
});

const isUp = async (bus: Bus): Promise<boolean> =>
  await bus.check().then(
    () => true,
    () => false,
  );

test('a cluster carries hints on sharded channels, one subscription a channel and node, and none is left behind', async () => {
  const heard: string[] = [];
  const names = Array.from({ length: 20 }, (_, index) => `${channel}:${index}`);
  const listen = async (name: string) => await there.subscribe(name, (message) => heard.push(message));
  const subscriptions = await Promise.all([...names, ...names].map(listen));
  expect(await probe.call('PUBSUB', 'SHARDCHANNELS', `${channel}*`)).toHaveLength(20);
  expect(await probe.call('PUBSUB', 'CHANNELS', `${channel}*`)).toEqual([]);
  expect(await probe.call('PUBSUB', 'SHARDNUMSUB', `${channel}:0`)).toEqual([`${channel}:0`, 1]);
  for (const name of names) here.publish(name, name);
  await expect.poll(() => heard.toSorted()).toEqual([...names, ...names].toSorted());
  for (const subscription of subscriptions) subscription.unsubscribe();
  await expect.poll(async () => await probe.call('PUBSUB', 'SHARDCHANNELS', `${channel}*`)).toEqual([]);
});

test('a cluster that was away is heard again, on channels from before and from meanwhile, and says there was a gap', async () => {
  const heard = new Set<string>();
  let gaps = 0;
  using _gap = there.onGap(() => {
    gaps += 1;
  });
  await there.subscribe(`${channel}:before`, (message) => heard.add(message));
  process.kill(redis.pid, 'SIGKILL');
  await expect.poll(async () => await isUp(there)).toBe(false);
  here.publish(`${channel}:before`, 'lost');
  await there.subscribe(`${channel}:meanwhile`, (message) => heard.add(message));
  await redis.restart();
  const hears = (): string[] => {
    for (const name of ['before', 'meanwhile']) here.publish(`${channel}:${name}`, name);
    return [...heard].toSorted();
  };
  await expect.poll(hears, { timeout: 15_000 }).toEqual(['before', 'meanwhile']);
  expect(gaps).toBeGreaterThan(0);
});
