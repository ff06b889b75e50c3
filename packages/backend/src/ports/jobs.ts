import { idSchema } from '@aura/contract';
import { z } from 'zod';
import type { Tx } from '../db/transaction.ts';

/**
 * Jobs that wake somebody at a certain time, and work that repeats. A job is a hint that survives everything: whether
 * there is something to do is decided by the rows it names, so handlers read those first and may run twice.
 */
export interface JobPort extends AsyncDisposable {
  /** Makes the tables jobs are kept in, or brings them up to date. Several nodes may do so at once. */
  start(): Promise<void>;
  /**
   * Stores a job in the caller's transaction: it exists if and only if that commits. Needs `start`, not `work`. Call it
   * before `append`, which comes last.
   */
  enqueue(tx: Tx, job: NewJob): Promise<void>;
  /** Starts handling jobs on this node, and doing the periodic work, each tick on one node. Once. */
  work(handlers: JobHandlers, periodic: readonly PeriodicJob[]): Promise<void>;
}

const wakeJobSchema = z.discriminatedUnion('name', [
  /** A run may be there to be claimed. */
  z.object({ name: z.literal('run.wake'), data: z.object({ tenantId: idSchema, runId: idSchema }) }),
  /** An approval may have been waited for long enough. */
  z.object({
    name: z.literal('approval.expire'),
    data: z.object({ tenantId: idSchema, approvalId: idSchema }),
  }),
]);

const cronNameSchema = z.enum([
  'expire-approvals',
  'prune-events',
  'purge-conversations',
  'forget-sessions',
  'forget-memories',
  'seal-audit',
  'hand-over-rooms',
  'forget-uploads',
  'sweep-blobs',
]);

/** What a stored job says, as it comes out of the database. Ids only: tenants' data stays in tenants' tables. */
export const jobSchema = z.union([wakeJobSchema, z.object({ name: cronNameSchema })]);

export type Job = z.infer<typeof jobSchema>;
export type WakeJob = z.infer<typeof wakeJobSchema>;
export type CronName = z.infer<typeof cronNameSchema>;

export type NewJob = WakeJob & {
  /** Not handled before; default: at once. */
  startAfter?: Date;
  /** While a job of this name and key waits to be handled, no other is stored, whenever it would start. */
  singletonKey?: string;
};

/**
 * One handler for each kind of job. Throwing has it tried again, later and later, for about half an hour. Short: it has
 * 20 s, and others wait meanwhile. The signal aborts when the time is over or the node stops.
 */
export type JobHandlers = {
  [Name in WakeJob['name']]: (
    data: Extract<WakeJob, { name: Name }>['data'],
    signal: AbortSignal,
  ) => Promise<void>;
};

export interface PeriodicJob {
  name: CronName;
  /** When, in UTC: minute, hour, day of month, month, day of week. */
  cron: string;
  /** Has four minutes. Never runs on two nodes at once; a tick that comes meanwhile is left out. */
  run(signal: AbortSignal): Promise<void>;
}
