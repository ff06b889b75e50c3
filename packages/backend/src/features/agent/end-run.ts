import {
  applyRunEvent,
  newRunState,
  type RunError,
  type RunEvent,
  type RunStatus,
  type Usage,
} from '@aura/contract';
import { sql } from 'kysely';
import type { BackendConfig } from '../../config.ts';
import { jsonText } from '../../db/json-text.ts';
import type { Tx } from '../../db/transaction.ts';
import type { Append } from '../../realtime/append.ts';
import type { Unplaced } from '../../realtime/event.ts';
import { cancelApprovals } from '../hitl/cancel-approvals.ts';
import { settleLostUsage } from '../usage/settle-usage.ts';
import { placeAnswers } from './place-answers.ts';
import { readRunEvents } from './read-run-events.ts';
import { activeMsNow, lockRun, type RunRow } from './run-store.ts';
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
  /** The user who wrote on while a person was asked: what was asked is rejected as superseded. */
  supersededBy?: string;
}

/** What is to be said of an ending, in the transaction that makes it. */
export interface EndedRun {
  events: Unplaced<RunEvent>[];
  notices: Append[];
}

/**
 * Ends a run and answers what says so, for the caller to append in the same transaction; null when it has ended
 * already or the claim is gone. What had been said of an answer becomes its text, so stopping keeps it: the log is the
 * truth, so this works whether or not the owner is alive. What was asked of people is cancelled. The caller holds the
 * conversation's lock; `before` runs once it is certain that the run ends here.
 */
export async function endRun(
  tx: Tx,
  { config }: { config: Pick<BackendConfig, 'rates'> },
  { runId, status, error, fence, supersededBy }: RunEnding,
  before: (tx: Tx) => Promise<void> = () => Promise.resolve(),
): Promise<EndedRun | null> {
  const found = await lockRun(tx.db, runId);
  if (found === undefined || transition(found.status, BY[status]) === null) return null;
  if (fence !== undefined && (found.fence !== fence || found.status !== 'running')) return null;
  await before(tx);
  // Nothing of a completed run is unfinished: the last step settled its own usage.
  const isUnfinished = status !== 'completed';
  if (isUnfinished) await settleLostUsage(tx, found, config.rates?.[found.model]);
  const asked = isUnfinished
    ? await cancelApprovals(tx, found, supersededBy ?? null)
    : { events: [], notices: [] };
  const run = await tx.db
    .updateTable('runs')
    .set((eb) => ({
      status,
      error: error === null ? null : jsonText(error),
      fence: eb('fence', '+', 1),
      owner: null,
      leaseUntil: null,
      activeMs: activeMsNow,
      claimedAt: null,
      inputTokens: sumOf('input_tokens'),
      outputTokens: sumOf('output_tokens'),
      costMicros: sumOf('cost_micros'),
    }))
    .where('id', '=', runId)
    .returningAll()
    .executeTakeFirstOrThrow();
  const usage: Usage = { inputTokens: run.inputTokens, outputTokens: run.outputTokens };
  const unfinished = isUnfinished ? await placeAnswers(tx, run, await unfinishedAnswers(tx, run)) : [];
  const done: Unplaced<RunEvent> = { type: 'done', runId, data: { status, error, usage } };
  return { events: [...asked.events, ...unfinished, done], notices: asked.notices };
}

const sumOf = (column: 'input_tokens' | 'output_tokens' | 'cost_micros') =>
  sql<number>`(select coalesce(sum(${sql.ref(`u.${column}`)}), 0) from usage_entries u where u.run_id = runs.id)`;

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
