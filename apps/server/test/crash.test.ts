import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { startPostgres, startRedis } from '@aura/backend/testing';
import { crashCampaign } from './crash-campaign.ts';

it(
  'loses nothing that was acknowledged when it is killed in mid-stream, embedded',
  { timeout: 120_000 },
  async () => {
    await using stack = new AsyncDisposableStack();
    const folder = stack.adopt(await mkdtemp(join(tmpdir(), 'aura-crash-')), (path) =>
      rm(path, { recursive: true }),
    );
    const result = await crashCampaign({ rounds: 2, seed: 7, env: { AURA_DATA_DIR: folder } });
    expect(result.violations).toEqual([]);
    expect(result.resumed).toBeGreaterThan(0);
  },
);

it(
  'loses nothing that was acknowledged when it is killed in mid-stream, PostgreSQL and Redis',
  { timeout: 120_000 },
  async () => {
    await using stack = new AsyncDisposableStack();
    const folder = stack.adopt(await mkdtemp(join(tmpdir(), 'aura-crash-')), (path) =>
      rm(path, { recursive: true }),
    );
    const { url: DATABASE_URL } = stack.use(await startPostgres());
    const { url: REDIS_URL } = stack.use(await startRedis());
    const result = await crashCampaign({
      rounds: 2,
      seed: 8,
      env: { AURA_DATA_DIR: folder, DATABASE_URL, REDIS_URL },
    });
    expect(result.violations).toEqual([]);
    expect(result.resumed).toBeGreaterThan(0);
  },
);
