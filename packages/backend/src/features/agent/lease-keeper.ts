import type { RunnerCore } from '../../context.ts';
import { repeat } from './repeat.ts';
import { findLostRuns, LEASE_MS, renewLeases } from './run-store.ts';

const RENEW_MS = 1_200;
/** Past this part of a lease without a renewal its holder takes it for lost, before the database does. */
export const SELF_FENCE_MS = LEASE_MS * 0.7;
const WATCH_MS = 500;

export interface LeaseKeeper {
  /** Renews until disposed. */
  start(): Disposable;
}

/**
 * Renews the leases of the runs this node holds, on a connection of its own, so that a busy pool cannot lose them. Runs
 * that turn out to be lost, and all of them when the database does not answer for 70 % of a lease, are given up: the
 * fence would refuse what they write anyway, but a tool call would not know.
 */
export function createLeaseKeeper(
  core: RunnerCore,
  { held, lose }: { held: () => string[]; lose: (runId: string) => void },
): LeaseKeeper {
  /** When each run's lease was last known to be good, by this process's monotonic clock. */
  const goodAt = new Map<string, number>();

  const renew = async (): Promise<void> => {
    const runIds = held();
    if (runIds.length === 0) return;
    const askedAt = performance.now();
    const claim = { owner: core.nodeId, runIds };
    const renewed = await renewLeases(core.database.leaseDb, claim);
    for (const runId of renewed) goodAt.set(runId, askedAt);
    if (renewed.length === runIds.length) return;
    for (const runId of await findLostRuns(core.database.leaseDb, claim)) lose(runId);
  };

  const watch = (): Promise<void> => {
    const now = performance.now();
    const current = new Set(held());
    for (const runId of goodAt.keys()) if (!current.has(runId)) goodAt.delete(runId);
    for (const runId of current) {
      const since = goodAt.get(runId);
      // Claimed within the last moment; the claim itself made the lease.
      if (since === undefined) goodAt.set(runId, now);
      else if (now - since > SELF_FENCE_MS) {
        // Taken again before the next look, it begins anew.
        goodAt.delete(runId);
        lose(runId);
      }
    }
    return Promise.resolve();
  };

  return {
    start() {
      const timers = [repeat(RENEW_MS, renew, core), repeat(WATCH_MS, watch, core)];
      return {
        [Symbol.dispose]() {
          for (const timer of timers) timer[Symbol.dispose]();
        },
      };
    },
  };
}
