import { createRandom } from '@aura/backend/testing';

/** What can go wrong. `freeze`: SIGSTOP, and SIGCONT `forMs` later. `isLast`: even when no other node is up. */
export type Fault =
  | { kind: 'kill'; node: number; isLast: boolean }
  | { kind: 'freeze'; node: number; forMs: number }
  | { kind: 'cut-sockets'; entry: number }
  | { kind: 'redis-flush' }
  | { kind: 'redis-freeze'; forMs: number }
  | { kind: 'redis-restart' }
  | { kind: 'postgres-crash' };

export interface PlannedFault {
  atMs: number;
  fault: Fault;
}

export interface FaultPlanOptions {
  seed: number;
  seconds: number;
  kills: number;
  nodes: number;
}

const FREEZE_EVERY_MS = 5_000;
const CUT_EVERY_MS = 5_000;
const REDIS_EVERY_MS = 9_000;
const POSTGRES_EVERY_MS = 40_000;

/** The faults of a campaign, in order. A pure function of the seed: the same one plans the same faults. */
export function planFaults({ seed, seconds, kills, nodes }: FaultPlanOptions): PlannedFault[] {
  const random = createRandom(seed);
  const totalMs = seconds * 1_000;
  const node = (): number => random.int(0, nodes - 1);
  /** `count` moments, one in each equal part of the time. */
  const spread = (count: number, fault: () => Fault): PlannedFault[] =>
    Array.from({ length: count }, (_, index) => ({
      atMs: Math.round(((index + random()) * totalMs) / count),
      fault: fault(),
    }));
  const every = (ms: number, fault: () => Fault): PlannedFault[] => spread(Math.floor(totalMs / ms), fault);
  const redis = (): Fault =>
    random.pick<Fault>([
      { kind: 'redis-flush' },
      { kind: 'redis-freeze', forMs: random.int(500, 5_000) },
      { kind: 'redis-restart' },
    ]);
  return [
    ...spread(kills, () => ({ kind: 'kill', node: node(), isLast: random() < 0.1 })),
    // Most of them longer than the lease of 5 s, so that somebody else has the run when its owner wakes up.
    ...every(FREEZE_EVERY_MS, () => ({
      kind: 'freeze',
      node: node(),
      forMs: random() < 0.35 ? random.int(1_200, 4_500) : random.int(5_500, 8_000),
    })),
    ...every(CUT_EVERY_MS, () => ({ kind: 'cut-sockets', entry: node() })),
    ...every(REDIS_EVERY_MS, redis),
    ...every(POSTGRES_EVERY_MS, () => ({ kind: 'postgres-crash' })),
  ].toSorted((a, b) => a.atMs - b.atMs);
}
