import { decimal, median, table } from '../figures.ts';
import { type FanoutFigures, measureFanout } from './measure-fanout.ts';
import type { ServerOptions } from './processes.ts';

export interface Contender {
  name: string;
  kind: ServerOptions['kind'];
  hasOwnIds: boolean;
}

export const CONTENDERS: readonly Contender[] = [
  { name: 'ws loop', kind: 'raw', hasOwnIds: false },
  { name: 'Socket.IO', kind: 'socket.io', hasOwnIds: false },
  { name: 'stock tRPC', kind: 'trpc', hasOwnIds: false },
  { name: 'Aura', kind: 'aura', hasOwnIds: false },
  { name: 'Aura, all ids differ', kind: 'aura', hasOwnIds: true },
];

const BATCHES = [1, 8];

interface Options {
  contenders: readonly Contender[];
  subscribers: number;
  rounds: number;
  databaseUrl: string;
  profileDir: string | null;
}

/** A table of the contenders with so many subscribers; medians over rounds, in which they take turns. */
export async function compareFanout({
  contenders,
  subscribers,
  rounds,
  ...options
}: Options): Promise<string> {
  const results = new Map<Contender, FanoutFigures[]>(contenders.map((contender) => [contender, []]));
  for (let round = 0; round < rounds; round++) {
    for (const [{ kind, hasOwnIds }, figures] of results) {
      const test = { kind, hasOwnIds, subscribers, logged: 0, batches: BATCHES, ...options };
      figures.push(await measureFanout(test));
    }
  }
  const rows = BATCHES.flatMap((batch, index) => {
    const costs = new Map(
      [...results].map(([{ name }, figures]) => [
        name,
        {
          cpu: median(figures.map(({ perDelivery }) => perDelivery[index]?.cpuUs ?? 0)),
          fanout: median(figures.map(({ perDelivery }) => perDelivery[index]?.fanoutCpuUs ?? 0)),
          rss: median(figures.map(({ rssMb }) => rssMb)),
          grown: median(figures.map(({ grownMb }) => grownMb)),
        },
      ]),
    );
    const raw = costs.get('ws loop');
    const socketIo = costs.get('Socket.IO');
    return [...costs].map(([name, { cpu, fanout, rss, grown }]) => [
      `${name}, ${batch} at a time`,
      decimal(cpu, 2),
      decimal(fanout, 2),
      decimal(ratio(fanout, raw?.fanout), 2),
      decimal(ratio(fanout, socketIo?.fanout), 2),
      decimal(rss, 0),
      decimal(grown, 0),
      decimal(ratio(grown, raw?.grown), 2),
    ]);
  });
  return table([COLUMNS, ...rows]);
}

const COLUMNS = ['', 'CPU µs', 'fan-out µs', '× ws', '× Socket.IO', 'RSS MB', 'grown MB', '× ws'];

function ratio(value: number, base: number | undefined): number | null {
  return base === undefined ? null : value / base;
}
