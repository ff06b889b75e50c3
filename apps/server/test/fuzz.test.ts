import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { fuzzCampaign } from './fuzz/campaign.ts';

it('a server outlives what no client should send, and takes no cursor that is not one', async () => {
  await using stack = new AsyncDisposableStack();
  const folder = stack.adopt(await mkdtemp(join(tmpdir(), 'aura-fuzz-')), (path) =>
    rm(path, { recursive: true, force: true }),
  );
  const { violations, counts } = await fuzzCampaign({
    seed: 1_128,
    frames: 2_000,
    cursors: 600,
    bodies: 100,
    env: { AURA_DATA_DIR: folder },
    log: () => {},
  });
  expect(violations).toEqual([]);
  expect(counts['cursors that were real']).toBeGreaterThan(100);
  expect(counts['cursors that were not']).toBeGreaterThan(100);
  expect(counts['sockets that survived']).toBeGreaterThan(10);
  expect(counts['bodies answered with 413']).toBeGreaterThan(0);
}, 240_000);
