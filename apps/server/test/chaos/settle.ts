import { type DatabaseDump, readUnsettled } from '@aura/backend/testing';
import type { RacedApproval } from './race-approval.ts';
import { pause } from './wait.ts';

/** More than two leases: by then somebody else has a run whose owner is gone. */
const MAX_ABANDONED_MS = 10_000;

/**
 * Waits until every run has ended, deciding what is still asked. Answers how long that took, and the runs that nobody
 * took up: those whose lease had run out long ago, and those that have not ended in the end.
 */
export async function settle(
  databaseUrl: string,
  { withinMs, race }: { withinMs: number; race(approval: RacedApproval): Promise<void> },
): Promise<{ tookMs: number; violations: string[] }> {
  const startedAt = performance.now();
  const abandoned = new Set<string>();
  let { runs, approvals } = await readUnsettled(databaseUrl);
  while (runs.length > 0 && performance.now() - startedAt < withinMs) {
    await Promise.all(approvals.map(race));
    await pause(250);
    ({ runs, approvals } = await readUnsettled(databaseUrl));
    // All nodes may have been away just before.
    if (performance.now() - startedAt < MAX_ABANDONED_MS) continue;
    for (const { id } of runs.filter(isAbandoned)) abandoned.add(`run ${id} was left by its owner for long`);
  }
  return {
    tookMs: Math.round(performance.now() - startedAt),
    violations: [
      ...abandoned,
      ...runs.map(({ id, status, fence }) => `run ${id} is still ${status} (fence ${fence})`),
    ],
  };
}

function isAbandoned({ status, leaseUntil }: DatabaseDump['runs'][number]): boolean {
  return status === 'running' && leaseUntil !== null && Date.now() - leaseUntil.getTime() > MAX_ABANDONED_MS;
}
