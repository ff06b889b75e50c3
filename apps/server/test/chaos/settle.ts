import { readUnsettled } from '@aura/backend/testing';
import type { RacedApproval } from './race-approval.ts';
import { pause } from './wait.ts';

/**
 * Waits until every run has ended, deciding what is still asked. Answers how long that took, and what has not ended by
 * then: a run that nobody takes up is a run that was lost.
 */
export async function settle(
  databaseUrl: string,
  { withinMs, race }: { withinMs: number; race(approval: RacedApproval): Promise<void> },
): Promise<{ tookMs: number; violations: string[] }> {
  const startedAt = performance.now();
  let { runs, approvals } = await readUnsettled(databaseUrl);
  while (runs.length > 0) {
    const tookMs = performance.now() - startedAt;
    if (tookMs > withinMs) break;
    await Promise.all(approvals.map(race));
    await pause(250);
    ({ runs, approvals } = await readUnsettled(databaseUrl));
  }
  return {
    tookMs: Math.round(performance.now() - startedAt),
    violations: runs.map(
      ({ id, status, fence, leaseUntil }) =>
        `run ${id} is still ${status} (fence ${fence}, lease until ${leaseUntil?.toISOString() ?? '-'})`,
    ),
  };
}
