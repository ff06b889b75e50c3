import { setTimeout as pause } from 'node:timers/promises';
import { decimal, median, quantile } from './figures.ts';
import type { OpenStream, SeenStream } from './paced-streams.ts';

/** CPU time so far, in milliseconds, of each process that has a part in it; and how long the server lacked its core. */
export type CpuTimes = Record<'server' | 'database' | 'model' | 'reader' | 'serverWaited', number>;

/** Many streams at once, as their readers saw them. */
export interface Crowd {
  seen: SeenStream[];
  /** Streams that did not end well; a server that is asked too much refuses some. */
  failures: unknown[];
  elapsedMs: number;
  /** Used meanwhile. */
  cpuMs: CpuTimes;
}

/** Over how long the streams begin: asking all at once would measure how fast runs begin, which is agent-turn's subject. */
export const SPREAD_S = 5;

/** Runs all the streams, the first at once and the last after `SPREAD_S`. */
export async function readAtOnce(streams: readonly OpenStream[], cpuNow: () => CpuTimes): Promise<Crowd> {
  const before = cpuNow();
  const startedAt = performance.now();
  const results = await Promise.allSettled(
    streams.map(async (stream, index) => {
      await pause((index / streams.length) * SPREAD_S * 1_000);
      return await stream();
    }),
  );
  const after = cpuNow();
  const cpuMs = {
    server: after.server - before.server,
    database: after.database - before.database,
    model: after.model - before.model,
    reader: after.reader - before.reader,
    serverWaited: after.serverWaited - before.serverWaited,
  };
  const seen = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
  const failures = results.flatMap((result): unknown[] =>
    result.status === 'rejected' ? [result.reason] : [],
  );
  return { seen, failures, elapsedMs: performance.now() - startedAt, cpuMs };
}

export const CROWD_COLUMNS = [
  'streams',
  'most at once',
  'tokens/s each p50',
  'p1',
  'first token ms p50',
  'p99',
  'failed',
  'server CPU',
  'database CPU',
  'model CPU',
  'reader CPU',
  'core taken',
];

/** Medians over rounds; CPU as a share of one core. */
export function crowdRow(name: string, rounds: readonly Crowd[]): string[] {
  const rates = ({ seen }: Crowd): number[] =>
    seen.map(({ tokens, from, until }) => (tokens - 1) / ((until - from) / 1_000));
  const firsts = ({ seen }: Crowd): number[] => seen.map(({ firstTokenMs }) => firstTokenMs);
  const over = (of: (crowd: Crowd) => number): number => median(rounds.map(of));
  const share = (who: keyof CpuTimes): string =>
    `${decimal(
      over(({ cpuMs, elapsedMs }) => (100 * cpuMs[who]) / elapsedMs),
      0,
    )} %`;
  return [
    name,
    decimal(
      over(({ seen }) => mostAtOnce(seen)),
      0,
    ),
    decimal(over((crowd) => median(rates(crowd)))),
    decimal(over((crowd) => quantile(rates(crowd), 0.01))),
    decimal(over((crowd) => median(firsts(crowd)))),
    decimal(over((crowd) => quantile(firsts(crowd), 0.99))),
    decimal(
      over(({ failures }) => failures.length),
      0,
    ),
    share('server'),
    share('database'),
    share('model'),
    share('reader'),
    share('serverWaited'),
  ];
}

/** How many streams were saying something at the same time: fewer than there are when they begin late. */
function mostAtOnce(seen: readonly SeenStream[]): number {
  return Math.max(
    0,
    ...seen.map(({ from }) => seen.filter((other) => other.from <= from && other.until >= from).length),
  );
}
