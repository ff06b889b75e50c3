import { existsSync } from 'node:fs';
import { Client } from 'pg';
import { describe, expect, test } from 'vitest';
import { startPostgres } from './postgres.ts';
import { isListening, startServiceOwner } from './service-owner.ts';

async function query(url: string, text: string): Promise<unknown> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 2_000 });
  await client.connect();
  try {
    const result = await client.query<unknown[]>({ text, rowMode: 'array' });
    return result.rows[0]?.[0];
  } finally {
    await client.end();
  }
}

describe('startPostgres', { timeout: 60_000 }, () => {
  test('keeps acknowledged rows over a crash and a clean restart, and is gone after stop', async () => {
    await using postgres = await startPostgres();
    expect(await query(postgres.url, 'select 1')).toBe(1);
    await query(postgres.url, 'create table kept as select 7 as value');
    const folder = String(await query(postgres.url, 'show data_directory'));

    for (const mode of ['immediate', 'fast'] as const) {
      const pidBefore = postgres.pid;
      await postgres.restart(mode);
      expect(postgres.pid).not.toBe(pidBefore);
      expect(await query(postgres.url, 'select value from kept')).toBe(7);
    }

    await postgres.stop();
    expect(await isListening(postgres.url)).toBe(false);
    expect(existsSync(folder)).toBe(false);
  });

  test('flushes to disk only when asked to, and acknowledges nothing early either way', async () => {
    await using durable = await startPostgres({ durable: true });
    await using quick = await startPostgres();
    expect(await query(durable.url, 'show fsync')).toBe('on');
    expect(await query(quick.url, 'show fsync')).toBe('off');
    expect(await query(quick.url, 'show synchronous_commit')).toBe('on');
  });

  test('lets nobody in without its password', async () => {
    await using postgres = await startPostgres();
    const stranger = new URL(postgres.url);
    stranger.password = 'postgres';
    await expect(query(stranger.href, 'select 1')).rejects.toThrow('password authentication failed');
  });

  test('says why it cannot start', async () => {
    await using taken = await startPostgres();
    const port = Number(new URL(taken.url).port);
    await expect(startPostgres({ port })).rejects.toThrow('could not bind');
  });

  test('dies and takes its folder along when the process that started it is killed', async () => {
    await using owner = await startServiceOwner(import.meta.resolve('./postgres.ts'), 'startPostgres');
    const folder = String(await query(owner.url, 'show data_directory'));
    expect(existsSync(folder)).toBe(true);

    await owner.kill();

    await expect.poll(() => isListening(owner.url), { timeout: 10_000 }).toBe(false);
    await expect.poll(() => existsSync(folder), { timeout: 10_000 }).toBe(false);
  });
});
