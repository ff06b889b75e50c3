import {
  applyRunEvent,
  newRunState,
  type RunError,
  type RunEvent,
  type RunStatus,
  type Usage,
} from '@aura/contract';
import { jsonText } from '../../db/json-text.ts';
import type { Tx } from '../../db/transaction.ts';
import type { Unplaced } from '../../realtime/event.ts';
import { readRunEvents } from './read-run-events.ts';
import { lockRun, type RunRow } from './run-store.ts';
import { runView } from './run-view.ts';
import { transition, type RunTransition } from './run-machine.ts';

type EndStatus = Extract<RunStatus, 'completed' | 'failed' | 'cancelled'>;
const BY: Record<EndStatus, RunTransition> = { completed: 'complete', failed: 'fail', cancelled: 'cancel' };

export interface RunEnding {
  runId: string;
  status: EndStatus;
  error: RunError | null;
  /** Given by the run's owner: it ends the run only while its claim holds. Left out by those who end it from outside. */
  fence?: number;
  /** Given when the owner is taken to be dead: a lease renewed since then proves that it is not. */
  leaseUntil?: Date | null;
}

/**
 * Ends a run and answers the events that say so, for the caller to append in the same transaction; none when it has
 * ended already or the claim is gone. What had been said of an answer becomes its text, so stopping keeps it: the log
 * is the truth, so this works whether or not the owner is alive. The caller holds the conversation's lock; `before`
 * runs once it is certain that the run ends here.
 */
export async function endRun(
  tx: Tx,
  { runId, status, error, fence, leaseUntil }: RunEnding,
  before: (tx: Tx) => Promise<void> = () => Promise.resolve(),
): Promise<Unplaced<RunEvent>[]> {
  const found = await lockRun(tx.db, runId);
  if (found === undefined || transition(found.status, BY[status]) === null) return [];
  if (fence !== undefined && found.fence !== fence) return [];
  if (leaseUntil !== undefined && found.leaseUntil?.getTime() !== leaseUntil?.getTime()) return [];
  await before(tx);
  const run = await tx.db
    .updateTable('runs')
    .set((eb) => ({
      status,
      error: error === null ? null : jsonText(error),
      fence: eb('fence', '+', 1),
      owner: null,
      leaseUntil: null,
    }))
    .where('id', '=', runId)
    .returningAll()
    .executeTakeFirstOrThrow();
  const usage: Usage = { inputTokens: run.inputTokens, outputTokens: run.outputTokens };
  // Nothing of a completed run is unfinished.
  const unfinished = status === 'completed' ? [] : await unfinishedAnswers(tx, run);
  return [...unfinished, { type: 'done', runId, data: { status, error, usage } }];
}

async function unfinishedAnswers(tx: Tx, run: RunRow): Promise<Unplaced<RunEvent>[]> {
  const events = await readRunEvents(tx.db, run, ['content_delta', 'content']);
  const { items } = events.reduce(applyRunEvent, newRunState(runView(run)));
  return items.flatMap((item): Unplaced<RunEvent>[] => {
    if (item.kind !== 'text' || item.isFinal || item.text === '') return [];
    const { messageId, attempt, text } = item;
    return [
      { type: 'content', runId: run.id, data: { messageId, attempt, text, usage: null, isComplete: false } },
    ];
  });
}
