import { decimal, median, table } from '../figures.ts';
import { measureFanout } from './measure-fanout.ts';

const CASES = [
  { subscribers: 10, logged: 0 },
  { subscribers: 100, logged: 0 },
  { subscribers: 500, logged: 0 },
  { subscribers: 2_000, logged: 0 },
  { subscribers: 500, logged: 1_000_000 },
];

/** Of these every other is told in per cent. */
const BASE = CASES.findIndex(({ subscribers, logged }) => subscribers === 500 && logged === 0);

/** As many as 500 subscribers get of an event: how often a server wakes up must not be what is measured. */
const MIN_BURST = 500;

/**
 * Whether a delivery costs Aura the same, however many subscribers there are and however long the log is; without
 * the commit, which all share. Beside it a loop over bare sockets, for which the system is not the same either.
 */
export async function measureFlat(options: {
  rounds: number;
  databaseUrl: string;
  profileDir: string | null;
}): Promise<string> {
  const { rounds, ...server } = options;
  const costs = CASES.map(() => ({ ours: [] as number[], bare: [] as number[] }));
  for (let round = 0; round < rounds; round++) {
    for (const [index, test] of CASES.entries()) {
      const common = { hasOwnIds: false, batches: [1], minBurst: MIN_BURST, ...server, ...test };
      const bare = await measureFanout({ kind: 'raw', ...common });
      const ours = await measureFanout({ kind: 'aura-hub', ...common });
      costs[index]?.bare.push(bare.perDelivery[0]?.fanoutCpuUs ?? 0);
      costs[index]?.ours.push(ours.perDelivery[0]?.fanoutCpuUs ?? 0);
    }
  }
  const base = { ours: median(costs[BASE]?.ours ?? []), bare: median(costs[BASE]?.bare ?? []) };
  const rows = CASES.map(({ subscribers, logged }, index) => {
    const ours = median(costs[index]?.ours ?? []);
    const bare = median(costs[index]?.bare ?? []);
    return [
      `${subscribers} subscribers, ${logged} events in the log`,
      decimal(bare, 2),
      `${decimal((100 * bare) / base.bare, 0)} %`,
      decimal(ours, 2),
      `${decimal((100 * ours) / base.ours, 0)} %`,
      decimal(ours / bare, 2),
    ];
  });
  return table([['', 'ws loop µs', 'of 500', 'Aura µs', 'of 500', '× ws'], ...rows]);
}
