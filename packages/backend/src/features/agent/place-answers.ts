import type { RunEvent } from '@aura/contract';
import type { Tx } from '../../db/transaction.ts';
import type { Unplaced } from '../../realtime/event.ts';
import type { RunRow } from './run-store.ts';

/**
 * What a run says, about to be appended: answers in a thread count as replies to its message and say so. Locks that
 * message, after its run and before its stream, as everywhere.
 */
export async function placeAnswers(
  tx: Tx,
  { threadOf }: Pick<RunRow, 'threadOf'>,
  events: readonly Unplaced<RunEvent>[],
): Promise<Unplaced<RunEvent>[]> {
  if (threadOf === null) return [...events];
  const placed: Unplaced<RunEvent>[] = [];
  for (const event of events) {
    placed.push(event.type === 'content' ? await asReply(tx, event, threadOf) : event);
  }
  return placed;
}

type Answer = Extract<Unplaced<RunEvent>, { type: 'content' }>;

async function asReply(tx: Tx, answer: Answer, threadOf: string): Promise<Answer> {
  const { replyCount } = await tx.db
    .updateTable('messages')
    .set((eb) => ({ replyCount: eb('replyCount', '+', 1) }))
    .where('id', '=', threadOf)
    .returning('replyCount')
    .executeTakeFirstOrThrow();
  return { ...answer, data: { ...answer.data, thread: { threadOf, replyCount } } };
}
