import { Pool } from 'undici';
import { quantile } from './figures.ts';

export interface CallContestant {
  name: string;
  url: string;
  path: string;
  token: string;
  /** CPU time of the server so far; null where that cannot be told. */
  cpuMs(): number | null;
}

export interface CallFigures {
  perSecond: number;
  /** Milliseconds. */
  p50: number;
  p99: number;
  /** Of the server, microseconds a call; null where that cannot be told. */
  cpuUs: number | null;
}

const CONNECTIONS = 32;

/** Calls as fast as 32 connections get answers, one after another on each. Throws when one is not answered with 200. */
export async function callFor(contestant: CallContestant, seconds: number): Promise<CallFigures> {
  await using stack = new AsyncDisposableStack();
  const pool = stack.adopt(
    new Pool(contestant.url, { connections: CONNECTIONS, pipelining: 1 }),
    async (own) => await own.close(),
  );
  const headers = { authorization: `Bearer ${contestant.token}` };
  const latencies: number[] = [];
  const cpuBefore = contestant.cpuMs();
  const startedAt = performance.now();
  const endAt = startedAt + seconds * 1_000;
  const callOn = async (): Promise<void> => {
    while (performance.now() < endAt) {
      const before = performance.now();
      const { statusCode, body } = await pool.request({ method: 'GET', path: contestant.path, headers });
      const text = await body.text();
      if (statusCode !== 200) throw new Error(`${contestant.path} answered ${statusCode}: ${text}`);
      latencies.push(performance.now() - before);
    }
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, callOn));
  const elapsedS = (performance.now() - startedAt) / 1_000;
  const cpuAfter = contestant.cpuMs();
  return {
    perSecond: latencies.length / elapsedS,
    p50: quantile(latencies, 0.5),
    p99: quantile(latencies, 0.99),
    cpuUs:
      cpuBefore === null || cpuAfter === null ? null : ((cpuAfter - cpuBefore) * 1_000) / latencies.length,
  };
}
