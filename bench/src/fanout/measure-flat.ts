import { decimal, median, table } from '../figures.ts';
import { measureFanout } from './measure-fanout.ts';

const CASES = [
  { subscribers: 10, logged: 0 },
  { subscribers: 100, logged: 0 },
  { subscribers: 500, logged: 0 },
  { subscribers: 2_000, logged: 0 },
  { subscribers: 500, logged: 1_000_000 },
];

/** Whether a delivery costs Aura the same, however many subscribers there are and however long the log is. */
export async function measureFlat(options: {
  rounds: number;
  databaseUrl: string;
  profileDir: string | null;
}): Promise<string> {
  const { rounds, ...server } = options;
  const costs = CASES.map((): number[] => []);
  for (let round = 0; round < rounds; round++) {
    for (const [index, test] of CASES.entries()) {
      const figures = await measureFanout({
        kind: 'aura-hub',
        hasOwnIds: false,
        batches: [1],
        ...server,
        ...test,
      });
      costs[index]?.push(figures.perDelivery[0]?.fanoutCpuUs ?? 0);
    }
  }
  const base = median(costs[2] ?? []);
  const rows = CASES.map(({ subscribers, logged }, index) => {
    const cost = median(costs[index] ?? []);
    return [
      `${subscribers} subscribers, ${logged} events in the log`,
      decimal(cost, 2),
      `${decimal((100 * cost) / base, 0)} %`,
    ];
  });
  return table([['', 'fan-out µs', 'of the third'], ...rows]);
}
