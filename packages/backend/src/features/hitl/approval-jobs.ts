import type { PeriodicJob } from '../../ports/jobs.ts';
import { type ExpiryCore, expireOverdue } from './expire-approval.ts';

/** What becomes of approvals that nobody decides. Each has a job of its own at its end; this finds what that missed. */
export function approvalJobs(core: ExpiryCore): PeriodicJob[] {
  return [{ name: 'expire-approvals', cron: '* * * * *', run: async () => await expireOverdue(core) }];
}
