import type { CheckpointRef, GetCheckpointOutput } from '@aura/contract';
import { notFound } from '../../app-error.ts';
import type { CallerContext } from '../../context.ts';
import { withSnapshot } from '../../db/transaction.ts';
import { buildPrompt } from '../agent/build-prompt.ts';
import { parseCheckpointId } from './checkpoint-id.ts';
import { findCheckpoint, findKeptRun, readSteps } from './checkpoint-store.ts';
import { checkpointView, promptMessageView } from './checkpoint-view.ts';
import { findConversation } from './conversation-store.ts';

/** A checkpoint with what the model would be told if the run went on from it. */
export async function getCheckpoint(
  ctx: CallerContext,
  { conversationId, checkpointId }: CheckpointRef,
): Promise<GetCheckpointOutput> {
  const { tenantId, userId } = ctx.caller;
  const { runId, step } = parseCheckpointId(checkpointId);
  return await withSnapshot(ctx, async (db) => {
    const conversation = await findConversation(db, { tenantId, userId, conversationId });
    if (conversation === undefined) throw notFound('conversation');
    const place = { tenantId, conversationId, runId };
    const row = await findCheckpoint(db, { ...place, step });
    const run = await findKeptRun(db, place);
    if (row === undefined || run === undefined) throw notFound('checkpoint');
    const steps = await readSteps(db, place);
    // Rooms have no checkpoints.
    const prompt = await buildPrompt(db, { ...run, isInRoom: false }, steps.slice(0, step));
    return {
      checkpoint: checkpointView(row),
      messages: prompt.flatMap((message) => promptMessageView(message) ?? []),
    };
  });
}
