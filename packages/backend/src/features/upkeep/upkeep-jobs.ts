import type { PeriodicJob } from '../../ports/jobs.ts';
import { sealAudit } from '../audit/seal-audit.ts';
import { takeOutRemoved } from '../chat/take-out-removed.ts';
import { forgetMemories } from './forget-memories.ts';
import { forgetSessions } from './forget-sessions.ts';
import { handOverRooms } from './hand-over-rooms.ts';
import { forgetUploads } from './forget-uploads.ts';
import { pruneEvents } from './prune-events.ts';
import { purgeConversations } from './purge-conversations.ts';
import type { UpkeepContext } from './retention.ts';
import { sweepBlobs } from './sweep-blobs.ts';

/** Less than a periodic job may take: what is left is the next tick's, not a failure. */
const TICK_MS = 180_000;

/**
 * What keeps the database from growing for ever, rooms from being left alone, and the audit log from being changed unseen.
 * When: in UTC, each at a minute of its own, but for the audit log, of which as little as possible should be open to
 * change at any time.
 */
export function upkeepJobs(ctx: UpkeepContext): PeriodicJob[] {
  const jobs: PeriodicJob[] = [
    { name: 'prune-events', cron: '7 * * * *', run: async (signal) => await pruneEvents(ctx, signal) },
    {
      name: 'purge-conversations',
      cron: '27 * * * *',
      run: async (signal) => await purgeConversations(ctx, signal),
    },
    {
      name: 'forget-sessions',
      cron: '47 3 * * *',
      run: async (signal) => await forgetSessions(ctx, signal),
    },
    {
      name: 'forget-memories',
      cron: '3-59/10 * * * *',
      run: async (signal) => await forgetMemories(ctx, signal),
    },
    { name: 'seal-audit', cron: '* * * * *', run: async (signal) => await sealAudit(ctx, signal) },
    {
      name: 'hand-over-rooms',
      cron: '37 * * * *',
      run: async (signal) => {
        await takeOutRemoved(ctx, null);
        await handOverRooms(ctx, signal);
      },
    },
    { name: 'forget-uploads', cron: '37 * * * *', run: async (signal) => await forgetUploads(ctx, signal) },
    { name: 'sweep-blobs', cron: '57 3 * * *', run: async (signal) => await sweepBlobs(ctx, signal) },
  ];
  return jobs.map((job) => ({
    ...job,
    run: async (signal) => await job.run(AbortSignal.any([signal, AbortSignal.timeout(TICK_MS)])),
  }));
}
