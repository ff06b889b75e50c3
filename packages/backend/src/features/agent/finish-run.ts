import type { RunEvent } from '@aura/contract';
import type { Core } from '../../context.ts';
import { type Tx, withTransaction } from '../../db/transaction.ts';
import type { Unplaced } from '../../realtime/event.ts';
import { announceConversation } from '../conversation/announce-conversation.ts';
import { endRun, type RunEnding } from './end-run.ts';

export interface RunPlace {
  tenantId: string;
  userId: string;
  conversationId: string;
}

/** What belongs to the same moment as the end: rows written while the claim still holds, and the events before it. */
export interface LastWords {
  before(tx: Tx): Promise<void>;
  events: Unplaced<RunEvent>[];
}

/** Ends a run in a transaction of its own; false when it had ended or the claim was gone, and then nothing is written. */
export async function finishRun(
  ctx: Pick<Core, 'database' | 'hub'>,
  place: RunPlace,
  ending: RunEnding,
  last: LastWords = { before: () => Promise.resolve(), events: [] },
): Promise<boolean> {
  return await withTransaction({ ...ctx, caller: place }, async (tx) => {
    const { conversationId } = place;
    await tx.db
      .selectFrom('conversations')
      .select('id')
      .where('id', '=', conversationId)
      .forNoKeyUpdate()
      .execute();
    const ended = await endRun(tx, ending, last.before);
    if (ended.length === 0) return false;
    const row = await tx.db
      .updateTable('conversations')
      .set({ activeRunId: null })
      .where('id', '=', conversationId)
      .returningAll()
      .executeTakeFirstOrThrow();
    await announceConversation(tx, row, [...last.events, ...ended]);
    return true;
  });
}
