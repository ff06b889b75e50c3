import type { PostedMessage } from '@aura/contract';
import type { CallerContext } from '../../context.ts';
import type { Tx } from '../../db/transaction.ts';
import { createRun } from '../agent/create-run.ts';
import { recordEvents } from '../conversation/announce-conversation.ts';
import type { HeldConversation } from '../conversation/hold-conversation.ts';
import { makeWay } from '../conversation/make-way.ts';

type Asking = Pick<PostedMessage, 'id' | 'threadOf'>;

/**
 * Has the agent answer, where it was posted, a message that this transaction has just posted, for whoever wrote it: at once, or after the runs
 * that were asked for before. Throws RUN_ACTIVE when too many wait already. The caller wakes the runner after its commit.
 */
export async function askAgent(
  tx: Tx,
  ctx: CallerContext,
  { conversation, message, runId }: { conversation: HeldConversation; message: Asking; runId: string },
): Promise<void> {
  const { isBehind } = await makeWay(tx, ctx, conversation);
  const { id, tenantId, model } = conversation;
  const { event } = await createRun(tx, {
    conversation: { id, tenantId, model, userId: ctx.caller.userId },
    messageId: message.id,
    threadOf: message.threadOf,
    runId,
    // What the others in the room say is not what whoever asks wants done.
    isTainted: true,
  });
  const [created] = await recordEvents(tx, conversation, [event]);
  if (created === undefined) throw new Error('run_created was not stored');
  await tx.db.updateTable('runs').set({ firstSeq: created.seq }).where('id', '=', runId).execute();
  if (isBehind) return;
  await tx.db.updateTable('conversations').set({ activeRunId: runId }).where('id', '=', id).execute();
}
