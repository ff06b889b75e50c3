import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import { nothing, order } from '../control.ts';
import { CORES } from '../cores.ts';
import { decimal, median, table } from '../figures.ts';
import { startToldProcess } from '../told-process.ts';
import type { StormKind } from './venue.ts';

export interface StormPlan {
  kind: StormKind;
  databaseUrl: string;
  clients: number;
  missed: number;
  stay: number;
  /** Where the server leaves a CPU profile; null: no profile. */
  profileDir: string | null;
}

export interface StormFigures {
  /** Until all who came back had what they had missed. */
  tookMs: number;
  historyQueries: number;
  /** Of the server, meanwhile. */
  cpuMs: number;
  /** Milliseconds until an event reached those who stayed, before and meanwhile. */
  quietP99: number;
  stormP99: number;
  /** Who was not back in two minutes, and who missed an event or got one twice or out of order. */
  late: number;
  wrong: number;
}

const venue = z.object({ port: z.number(), path: z.string(), hellos: z.array(z.string()), head: z.number() });
const figuresNow = z.object({ historyQueries: z.number(), head: z.number(), cpuUs: z.number() });
const outcome = z.object({ tookMs: z.number(), late: z.number(), wrong: z.number() });
const latencies = z.object({ p50: z.number(), p99: z.number() });
const QUIET_MS = 3_000;

/** Starts a server and those who stay, has the others come back, and ends them all. */
export async function measureStorm(plan: StormPlan): Promise<StormFigures> {
  const { kind, databaseUrl, clients, missed, stay, profileDir } = plan;
  await using stack = new AsyncDisposableStack();
  const server = stack.use(
    await startToldProcess(new URL('server-main.ts', import.meta.url), {
      core: CORES?.server,
      settings: { kind, databaseUrl },
      profileDir,
    }),
  );
  const crowd = stack.use(
    await startToldProcess(new URL('crowd-main.ts', import.meta.url), {
      core: CORES?.others,
      settings: {},
      profileDir: null,
    }),
  );
  await order(server.url, { name: 'append', input: { count: missed }, output: nothing });
  const now = await order(server.url, { name: 'venue', input: { missed: 1 }, output: venue });
  await order(crowd.url, { name: 'stay', input: { ...now, count: stay, missed: 0 }, output: nothing });
  await order(server.url, { name: 'live', input: { isOn: true }, output: nothing });
  await pause(QUIET_MS);
  const quiet = await order(crowd.url, { name: 'latencies', output: latencies });
  const before = await order(server.url, { name: 'figures', output: figuresNow });
  const back = await order(server.url, { name: 'venue', input: { missed }, output: venue });
  const input = { ...back, count: clients, missed };
  const { tookMs, late, wrong } = await order(crowd.url, { name: 'comeBack', input, output: outcome });
  const after = await order(server.url, { name: 'figures', output: figuresNow });
  const stormy = await order(crowd.url, { name: 'latencies', output: latencies });
  await order(server.url, { name: 'live', input: { isOn: false }, output: nothing });
  return {
    tookMs,
    historyQueries: after.historyQueries - before.historyQueries,
    cpuMs: (after.cpuUs - before.cpuUs) / 1_000,
    quietP99: quiet.p99,
    stormP99: stormy.p99,
    late,
    wrong,
  };
}

/** Medians over the rounds. */
export function stormTable(figures: ReadonlyMap<StormKind, readonly StormFigures[]>): string {
  return table([COLUMNS, ...[...figures].map(([kind, rounds]) => rowOf(kind, rounds))]);
}

const COLUMNS = [
  '',
  'all caught up ms',
  'history queries',
  'server CPU ms',
  'live p99 ms before',
  'live p99 ms meanwhile',
  'late',
  'wrong',
];

function rowOf(kind: StormKind, rounds: readonly StormFigures[]): string[] {
  const over = (of: (figures: StormFigures) => number, digits = 0): string =>
    decimal(median(rounds.map(of)), digits);
  return [
    kind === 'aura' ? 'Aura' : 'tRPC, a query per client',
    over(({ tookMs }) => tookMs),
    over(({ historyQueries }) => historyQueries),
    over(({ cpuMs }) => cpuMs),
    over(({ quietP99 }) => quietP99, 1),
    over(({ stormP99 }) => stormP99, 1),
    over(({ late }) => late),
    over(({ wrong }) => wrong),
  ];
}
