import type { RunEvent } from '@aura/contract';
import type { Core } from '../../context.ts';
import { type Tx, withTransaction } from '../../db/transaction.ts';
import type { Unplaced } from '../../realtime/event.ts';
import { announceConversation } from '../conversation/announce-conversation.ts';
import { holdConversation } from '../conversation/hold-conversation.ts';
import { endRun, type RunEnding } from './end-run.ts';
import { nextActiveRun } from './run-store.ts';

export interface RunPlace {
  tenantId: string;
  userId: string;
  conversationId: string;
}

/**
 * What belongs to the same moment as the end: writes rows while the claim still holds, and answers the events before it, or
 * null when the run must go on after all: then nothing is written.
 */
export type LastWords = (tx: Tx) => Promise<Unplaced<RunEvent>[] | null>;

/** `next`: the run whose turn it is in the conversation now, to be woken. */
export type Finish = { kind: 'ended'; next: string | null } | { kind: 'gone' } | { kind: 'goes-on' };

/** Ends a run in a transaction of its own. `gone`: it had ended, or the claim was lost; then nothing is written. */
export async function finishRun(
  ctx: Pick<Core, 'database' | 'hub' | 'config'>,
  place: RunPlace,
  ending: RunEnding,
  lastWords: LastWords,
): Promise<Finish> {
  return await withTransaction({ ...ctx, caller: place }, async (tx): Promise<Finish> => {
    const { conversationId, tenantId } = place;
    await holdConversation(tx, place);
    const last = await lastWords(tx);
    if (last === null) return { kind: 'goes-on' };
    const ended = await endRun(tx, ctx, ending);
    if (ended === null) throw new NothingWritten();
    const row = await tx.db
      .updateTable('conversations')
      .set({ activeRunId: nextActiveRun(conversationId) })
      .where('tenantId', '=', tenantId)
      .where('id', '=', conversationId)
      .returningAll()
      .executeTakeFirstOrThrow();
    await announceConversation(tx, row, [...last, ...ended.events], ended.notices);
    return { kind: 'ended', next: row.activeRunId };
  }).catch((err: unknown) => {
    if (err instanceof NothingWritten) return { kind: 'gone' };
    throw err;
  });
}

/** Rolls back what the last words had written for a claim that turns out to be gone. */
class NothingWritten extends Error {}
