import { decimal, median, table } from '../figures.ts';
import { type FanoutFigures, measureFanout } from './measure-fanout.ts';
import type { ServerOptions } from './processes.ts';

export interface FanoutContestant {
  name: string;
  kind: ServerOptions['kind'];
  hasOwnIds: boolean;
}

export const CONTESTANTS: readonly FanoutContestant[] = [
  { name: 'ws loop', kind: 'raw', hasOwnIds: false },
  { name: 'Socket.IO', kind: 'socket.io', hasOwnIds: false },
  { name: 'stock tRPC', kind: 'trpc', hasOwnIds: false },
  { name: 'Aura', kind: 'aura', hasOwnIds: false },
  { name: 'Aura, uncommitted', kind: 'aura-hub', hasOwnIds: false },
  { name: 'Aura, uncommitted, all ids differ', kind: 'aura-hub', hasOwnIds: true },
];

const BATCHES = [1, 8];

interface Options {
  contestants: readonly FanoutContestant[];
  subscribers: number;
  rounds: number;
  databaseUrl: string;
  profileDir: string | null;
}

/** A table of the contestants with so many subscribers; medians over rounds, in which they take turns. */
export async function compareFanout({
  contestants,
  subscribers,
  rounds,
  ...options
}: Options): Promise<string> {
  const results = new Map<FanoutContestant, FanoutFigures[]>(
    contestants.map((contestant) => [contestant, []]),
  );
  for (let round = 0; round < rounds; round++) {
    for (const [{ kind, hasOwnIds }, figures] of results) {
      const test = { kind, hasOwnIds, subscribers, logged: 0, batches: BATCHES, ...options };
      figures.push(await measureFanout(test));
    }
  }
  return table([COLUMNS, ...BATCHES.flatMap((batch) => rowsOf(batch, results))]);
}

const COLUMNS = ['', 'CPU µs', 'fan-out µs', '× ws', '× Socket.IO', 'RSS MB', 'grown MB', 'fan-out RSS × ws'];

interface Cost {
  cpuUs: number;
  fanoutUs: number;
  rssMb: number;
  grownMb: number;
}

function rowsOf(batch: number, results: ReadonlyMap<FanoutContestant, readonly FanoutFigures[]>): string[][] {
  const costs = new Map([...results].map(([{ name }, rounds]) => [name, costOf(batch, rounds)]));
  const ws = costs.get('ws loop') ?? null;
  const socketIo = costs.get('Socket.IO') ?? null;
  return [...costs].map(([name, { cpuUs, fanoutUs, rssMb, grownMb }]) => [
    `${name}, ${batch} at a time`,
    decimal(cpuUs, 2),
    decimal(fanoutUs, 2),
    decimal(ws && fanoutUs / ws.fanoutUs, 2),
    decimal(socketIo && fanoutUs / socketIo.fanoutUs, 2),
    decimal(rssMb, 0),
    decimal(grownMb, 0),
    decimal(ws && (ws.rssMb - ws.grownMb + grownMb) / ws.rssMb, 2),
  ]);
}

function costOf(batch: number, rounds: readonly FanoutFigures[]): Cost {
  const over = (of: (figures: FanoutFigures) => number | undefined): number =>
    median(rounds.map((figures) => of(figures) ?? 0));
  const per = ({ perDelivery }: FanoutFigures): FanoutFigures['perDelivery'][number] | undefined =>
    perDelivery.find((one) => one.batch === batch);
  return {
    cpuUs: over((figures) => per(figures)?.cpuUs),
    fanoutUs: over((figures) => per(figures)?.fanoutCpuUs),
    rssMb: over(({ rssMb }) => rssMb),
    grownMb: over(({ grownMb }) => grownMb),
  };
}
