import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { RateLimitConfig } from '../config.ts';
import { startRedis, type TestRedis } from '../testing/services/redis.ts';
import { createRateLimits, type RateLimits } from './rate-limits.ts';

const CONFIG: RateLimitConfig = {
  anonymous: null,
  signIn: { calls: 10, seconds: 60 },
  user: { calls: 1_000_000, seconds: 10 },
  key: null,
  tenant: { calls: 1_000_000, seconds: 10 },
};
let redis: TestRedis;
let observer: Redis;
beforeAll(async () => {
  redis = await startRedis();
  observer = new Redis(redis.url);
});
afterAll(async () => {
  observer.disconnect();
  await redis.stop();
});

const open = (redisUrl = redis.url): RateLimits =>
  createRateLimits({ config: CONFIG, redisUrl, onError: () => {} });
const request = () => ({ id: 'a test', address: null, userAgent: null });
const enter = async (node: RateLimits, key: string): Promise<number | null> =>
  await node.take(request(), [{ limit: 'signIn', key }]);
/** Once its connection is there; until then it counts for itself. */
async function opened(redisUrl = redis.url, on = observer): Promise<RateLimits> {
  const node = open(redisUrl);
  await expect
    .poll(async () => {
      const probe = randomUUID();
      await enter(node, probe);
      return await on.exists(`aura:rate:signIn:${probe}`);
    })
    .toBe(1);
  return node;
}

it('sign-ins are counted for all nodes together', async () => {
  await using one = await opened();
  await using other = await opened();
  const answers = await Promise.all(
    Array.from({ length: 20 }, async (_, index) => await enter(index % 2 === 0 ? one : other, 'together')),
  );
  expect(answers.filter((retryAfterMs) => retryAfterMs === null)).toHaveLength(10);
  const waits = answers.filter((retryAfterMs) => retryAfterMs !== null);
  expect(Math.min(...waits)).toBeGreaterThan(50_000);
});

it('sign-ins are counted for all nodes together in a cluster, too', async () => {
  const cluster = await startRedis({ mode: 'cluster' });
  const probe = new Redis(cluster.url);
  try {
    await probe.call('CLUSTER', 'ADDSLOTSRANGE', '0', '16383');
    const url = `${cluster.url}, ${cluster.url}`;
    await using one = await opened(url, probe);
    await using other = await opened(url, probe);
    const answers = await Promise.all(
      Array.from({ length: 20 }, async (_, index) => await enter(index % 2 === 0 ? one : other, 'cluster')),
    );
    expect(answers.filter((retryAfterMs) => retryAfterMs === null)).toHaveLength(10);
  } finally {
    probe.disconnect();
    await cluster.stop();
  }
});

it('a paused Redis makes each node count for itself, and nobody wait', async () => {
  await using node = await opened();
  await redis.pause();
  const startedAt = performance.now();
  const answers: (number | null)[] = [];
  for (let round = 0; round < 11; round++) answers.push(await enter(node, 'alone'));
  expect(answers.slice(0, 10)).toEqual(Array.from({ length: 10 }, () => null));
  expect(answers[10]).toBeGreaterThan(0);
  expect((performance.now() - startedAt) / 11).toBeLessThan(400);
  await redis.resume();
});

it('a call of who is signed in costs microseconds and asks nobody', async () => {
  await using node = open();
  const who = request();
  const rounds = 20_000;
  const startedAt = performance.now();
  for (let round = 0; round < rounds; round++) {
    await node.take(who, [
      { limit: 'user', key: 'tenant:user' },
      { limit: 'tenant', key: 'tenant' },
    ]);
  }
  const microseconds = ((performance.now() - startedAt) * 1_000) / rounds;
  expect(microseconds).toBeLessThan(100);
});
