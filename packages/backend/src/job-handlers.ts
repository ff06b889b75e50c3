import type { Core } from './context.ts';
import { expireApproval } from './features/hitl/expire-approval.ts';
import type { JobHandlers } from './ports/jobs.ts';

/** What the jobs that wake somebody lead to. */
export function jobHandlers(core: Core): JobHandlers {
  return {
    'run.wake': ({ runId }) => {
      core.runner.wake(runId);
      return Promise.resolve();
    },
    'approval.expire': async (approval) => await expireApproval(core, approval),
  };
}
