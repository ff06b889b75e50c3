import { existsSync } from 'node:fs';
import { Redis } from 'ioredis';
import { describe, expect, test } from 'vitest';
import { startRedis } from './redis.ts';
import { isListening, startServiceOwner } from './service-owner.ts';

/** A connection that fails at once instead of queueing or coming back. */
async function connect(url: string) {
  const redis = new Redis(url, { lazyConnect: true, retryStrategy: null, commandTimeout: 500 });
  redis.on('error', () => undefined);
  await redis.connect();
  return { redis, [Symbol.dispose]: () => redis.disconnect() };
}

describe('startRedis', { timeout: 60_000 }, () => {
  test('answers, is silent while paused, and answers again', async () => {
    await using server = await startRedis();
    using client = await connect(server.url);
    expect(await client.redis.ping()).toBe('PONG');

    await server.pause();
    await expect(client.redis.ping()).rejects.toThrow('timed out');

    await server.resume();
    expect(await client.redis.ping()).toBe('PONG');
  });

  test('comes back empty on the same address after a restart, paused or not', async () => {
    await using server = await startRedis();
    const pidBefore = server.pid;
    {
      using client = await connect(server.url);
      await client.redis.set('key', 'value');
    }

    await server.pause();
    await server.restart();

    expect(server.pid).not.toBe(pidBefore);
    using client = await connect(server.url);
    expect(await client.redis.get('key')).toBeNull();
    await server.stop();
    expect(await isListening(server.url)).toBe(false);
  });

  test('dies and takes its folder along when the process that started it is killed', async () => {
    await using owner = await startServiceOwner(import.meta.resolve('./redis.ts'), 'startRedis');
    using client = await connect(owner.url);
    const [, folder] = await client.redis.config('GET', 'dir');
    expect(existsSync(String(folder))).toBe(true);

    await owner.kill();

    await expect.poll(() => isListening(owner.url), { timeout: 10_000 }).toBe(false);
    await expect.poll(() => existsSync(String(folder)), { timeout: 10_000 }).toBe(false);
  });
});
