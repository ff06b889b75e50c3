import { expect, it } from 'vitest';
import { chaosCampaign } from './chaos/campaign.ts';

it(
  'loses nothing, doubles nothing and decides everything once, on three nodes that are killed, frozen and cut off',
  { timeout: 240_000 },
  async () => {
    const { summary, violations, historyPath } = await chaosCampaign({
      seed: 60,
      seconds: 60,
      kills: 20,
      people: 4,
    });
    expect(violations, `history: ${historyPath}`).toEqual([]);
    expect(summary.kills).toBeGreaterThanOrEqual(15);
    expect(summary.takeovers).toBeGreaterThan(0);
    expect(summary.decisionsLost).toBeGreaterThan(0);
    expect(summary.callsAtWorld).toBeGreaterThan(0);
  },
);
