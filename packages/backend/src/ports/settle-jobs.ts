import type { Logger } from 'pino';
import type { JobResult, JobWithMetadata } from 'pg-boss';
import { jobSchema, type Job, type JobHandlers, type PeriodicJob } from './jobs.ts';

export interface SettleOptions {
  handle(job: Job, signal: AbortSignal): Promise<void>;
  /** Time for each job. Below the queue's expiry, so that no other node takes it while it is still being handled here. */
  timeoutMs: number;
  /** Aborts when the node has waited long enough for what is being handled. */
  stopping: AbortSignal;
  log: Logger;
}

/** Hands every job of a batch to its handler, all at once, and says of each how it went: one that fails fails alone. */
export async function settleJobs(
  jobs: readonly JobWithMetadata<unknown>[],
  options: SettleOptions,
): Promise<JobResult[]> {
  return await Promise.all(jobs.map(async (job) => await settleJob(job, options)));
}

async function settleJob(
  stored: JobWithMetadata<unknown>,
  { handle, timeoutMs, stopping, log }: SettleOptions,
): Promise<JobResult> {
  const { id, retryCount, retryLimit } = stored;
  try {
    const signal = AbortSignal.any([stopping, AbortSignal.timeout(timeoutMs)]);
    await unlessAborted(handle(jobSchema.parse(stored.data), signal), signal);
    return { id, status: 'completed' };
  } catch (err) {
    const attempt = retryCount + 1;
    const about = { err, jobId: id, job: stored.data, attempt };
    if (retryCount < retryLimit) log.warn(about, 'a job failed; it is tried again');
    else log.error(about, 'a job failed for the last time; it is given up');
    return { id, status: 'failed', output: { message: err instanceof Error ? err.message : 'unknown' } };
  }
}

/** A handler that does not heed its signal is not waited for; what it still does, it does as if it ran twice. */
async function unlessAborted(work: Promise<void>, signal: AbortSignal): Promise<void> {
  const { promise, reject } = Promise.withResolvers<never>();
  const giveUp = (): void => reject(signal.reason);
  signal.addEventListener('abort', giveUp, { once: true });
  try {
    if (signal.aborted) giveUp();
    await Promise.race([work, promise]);
  } finally {
    signal.removeEventListener('abort', giveUp);
  }
}

/** The way from a job to who handles it. */
export function dispatcher(
  handlers: JobHandlers,
  periodic: readonly PeriodicJob[],
): (job: Job, signal: AbortSignal) => Promise<void> {
  return async (job, signal) => {
    switch (job.name) {
      case 'run.wake':
        return await handlers['run.wake'](job.data, signal);
      case 'approval.expire':
        return await handlers['approval.expire'](job.data, signal);
      case 'expire-approvals':
      case 'prune-events':
      case 'purge-conversations':
      case 'forget-sessions':
      case 'forget-memories':
      case 'seal-audit':
      case 'hand-over-rooms':
      case 'forget-uploads':
      case 'sweep-blobs': {
        const found = periodic.find(({ name }) => name === job.name);
        if (found === undefined) throw new Error(`this node does not do ${job.name}`);
        return await found.run(signal);
      }
    }
  };
}
