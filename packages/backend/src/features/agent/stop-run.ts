import type { RunRef, RunView } from '@aura/contract';
import { AppError, notFound } from '../../app-error.ts';
import type { CallerContext } from '../../context.ts';
import { type Tx, withTransaction } from '../../db/transaction.ts';
import { mayModerate } from '../chat/chat-policy.ts';
import { keepRoomStanding } from '../chat/room-standing.ts';
import { finishRun } from './finish-run.ts';
import { findRun, type PlacedRun } from './run-store.ts';
import { runView } from './run-view.ts';
import { tellRunner } from './tell-runner.ts';

/**
 * Stops a run, whoever executes it and whether or not that process is alive: the run ends here, keeping what had been
 * said, what people were asked for it is cancelled, and its owner finds its claim gone. Stopping a run that has ended
 * changes nothing and answers how it ended. In a room: whoever asked for it, owners and moderators; others get FORBIDDEN.
 */
export async function stopRun(ctx: CallerContext, { runId }: RunRef): Promise<RunView> {
  const run = await read(ctx, runId);
  const place = { tenantId: run.tenantId, userId: run.userId, conversationId: run.conversationId };
  const finish = await finishRun(ctx, place, { runId, status: 'cancelled', error: null }, async (tx) => {
    if (run.isInRoom) await assertMayStop(tx, ctx, run);
    return [];
  });
  tellRunner(ctx.runner, { cancel: [runId], wake: finish.kind === 'ended' ? finish.next : null });
  return runView(await read(ctx, runId));
}

async function read(ctx: CallerContext, runId: string): Promise<PlacedRun> {
  const run = await withTransaction(ctx, async ({ db }) => await findRun(db, { ...ctx.caller, runId }));
  if (run === undefined) throw notFound('run');
  return run;
}

/** As the database has it now: whoever was removed or made a member again in this moment was so before. */
async function assertMayStop({ db }: Tx, { caller }: CallerContext, run: PlacedRun): Promise<void> {
  const { tenantId, userId } = caller;
  const room = await keepRoomStanding(db, { tenantId, userId, conversationId: run.conversationId });
  if (room === null || room.role === null) throw notFound('run');
  if (run.userId === userId || mayModerate(room.role)) return;
  throw new AppError('FORBIDDEN', {
    message: 'Only whoever asked, owners and moderators may stop the agent here. Ask one.',
  });
}
