import { quantile } from './figures.ts';
import type { Contestant, Turn, TurnTimes } from './turn.ts';

/** Milliseconds, and turns a second; CPU per turn is null where it cannot be told. */
export interface TurnFigures {
  firstP50: number;
  firstP99: number;
  startedP50: number;
  answerP50: number;
  finishedP50: number;
  finishedP99: number;
  turnsPerSecond: number;
  loadedFinishedP50: number;
  loadedFinishedP99: number;
  serverCpuMs: number | null;
  databaseCpuMs: number | null;
  /** The part of the time that the server was ready to run and others had its core. On a quiet machine close to 0. */
  waitedShare: number | null;
}

export interface Amounts {
  /** Turns one after the other; ten times as many at `concurrency`. */
  runs: number;
  concurrency: number;
}

/** Enough for the compilers of both servers to have settled. */
const WARM_UP_ROUNDS = 10;

/** Latency one at a time, then throughput and CPU per turn with `concurrency` turns under way all the time. */
export async function measureTurns(
  contestant: Contestant,
  { runs, concurrency }: Amounts,
): Promise<TurnFigures> {
  await load(contestant, concurrency * WARM_UP_ROUNDS, concurrency);
  const alone = await load(contestant, runs, 1);
  const loaded = await load(contestant, runs * 10, concurrency);
  const { serverCpuMs, databaseCpuMs, serverWaitedMs, elapsedMs } = loaded;
  return {
    firstP50: of(alone, 'firstMs', 0.5),
    firstP99: of(alone, 'firstMs', 0.99),
    startedP50: of(alone, 'startedMs', 0.5),
    answerP50: of(alone, 'answerMs', 0.5),
    finishedP50: of(alone, 'finishedMs', 0.5),
    finishedP99: of(alone, 'finishedMs', 0.99),
    turnsPerSecond: loaded.times.length / (elapsedMs / 1_000),
    loadedFinishedP50: of(loaded, 'finishedMs', 0.5),
    loadedFinishedP99: of(loaded, 'finishedMs', 0.99),
    serverCpuMs: serverCpuMs === null ? null : serverCpuMs / loaded.times.length,
    databaseCpuMs: databaseCpuMs === null ? null : databaseCpuMs / loaded.times.length,
    waitedShare: serverWaitedMs === null ? null : serverWaitedMs / elapsedMs,
  };
}

interface Load {
  times: TurnTimes[];
  elapsedMs: number;
  serverCpuMs: number | null;
  databaseCpuMs: number | null;
  serverWaitedMs: number | null;
}

/** Makes `count` turns, `concurrency` at a time. What has to be prepared for them is not in the figures. */
async function load(contestant: Contestant, count: number, concurrency: number): Promise<Load> {
  const total: Load = { times: [], elapsedMs: 0, serverCpuMs: 0, databaseCpuMs: 0, serverWaitedMs: 0 };
  while (total.times.length < count) {
    const turns = await contestant.prepare(Math.min(contestant.maxPrepared, count - total.times.length));
    const before = {
      server: contestant.serverCpuMs(),
      database: contestant.databaseCpuMs(),
      waited: contestant.serverWaitedMs(),
    };
    const startedAt = performance.now();
    total.times.push(...(await runAll(turns, concurrency)));
    total.elapsedMs += performance.now() - startedAt;
    total.serverCpuMs = grown(total.serverCpuMs, before.server, contestant.serverCpuMs());
    total.databaseCpuMs = grown(total.databaseCpuMs, before.database, contestant.databaseCpuMs());
    total.serverWaitedMs = grown(total.serverWaitedMs, before.waited, contestant.serverWaitedMs());
  }
  return total;
}

async function runAll(turns: readonly Turn[], concurrency: number): Promise<TurnTimes[]> {
  const times: TurnTimes[] = [];
  const rest = turns.values();
  await Promise.all(
    Array.from({ length: concurrency }, async () => {
      for (const turn of rest) times.push(await turn());
    }),
  );
  return times;
}

function grown(total: number | null, before: number | null, after: number | null): number | null {
  return total === null || before === null || after === null ? null : total + after - before;
}

function of({ times }: Load, key: keyof TurnTimes, q: number): number {
  return quantile(
    times.map((time) => time[key]),
    q,
  );
}
