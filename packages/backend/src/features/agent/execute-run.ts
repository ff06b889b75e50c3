import type { RunError, RunEvent } from '@aura/contract';
import type { RunnerCore } from '../../context.ts';
import { databaseTrouble } from '../../db/database-errors.ts';
import type { StepData } from '../../db/step-data.ts';
import type { Tx } from '../../db/transaction.ts';
import { ModelError } from '../../ports/model.ts';
import type { Unplaced } from '../../realtime/event.ts';
import { FencedError } from '../../realtime/group-writer.ts';
import { settleUsage } from '../usage/settle-usage.ts';
import type { Finish } from './finish-run.ts';
import { findLoop } from './find-loop.ts';
import { type ModelStep, modelStep } from './model-step.ts';
import { BudgetExceededError, prepareModelCall } from './prepare-model-call.ts';
import { NO_PAST, readRunPast } from './read-run-past.ts';
import { DEFAULT_BUDGETS, outOfTime } from './run-budget.ts';
import { FENCED, RunSession } from './run-session.ts';
import { claimRun, type RunRow } from './run-store.ts';
import { settleCalls } from './settle-calls.ts';
import { toolsForRoom } from './tool-registry.ts';
import { unreadMessages } from './unread-messages.ts';

/** Whoever executes a run so many times without finishing one step of it dies of it. */
const MAX_CLAIMS_WITHOUT_PROGRESS = 5;

/**
 * Executes a run from its claim to its end, or until it waits for a person; returns at once when it is not there to be
 * claimed. Model call, tool calls, model call … until an answer asks for no tool; a run that somebody else had begun is
 * taken up after its last finished step. Never throws for what a run can fail with: that becomes the run's error. Stops
 * without a word when the claim is lost, `signal` aborts or the database is away, and at the next step when `drain`
 * aborts. Answers the run whose turn it is in the conversation now, if this one has ended.
 */
export async function executeRun(
  core: RunnerCore,
  { runId, signal, drain }: { runId: string; signal: AbortSignal; drain: AbortSignal },
): Promise<string | null> {
  if (signal.aborted || drain.aborted) return null;
  const run = await claimRun(core.database.leaseDb, { runId, owner: core.nodeId });
  if (run === undefined) return null;
  // Its first claim: nobody can have left anything.
  const past = run.fence === 1 ? NO_PAST : await readRunPast(core, run);
  using session = new RunSession(core, { run, past }, { signal, drain });
  try {
    if (run.noProgress > MAX_CLAIMS_WITHOUT_PROGRESS) return await fail(session, POISON);
    await session.say([started(run)]);
    return await work(session);
  } catch (err) {
    if (err instanceof FencedError) {
      core.log.info({ runId, fence: run.fence }, FENCED);
      return null;
    }
    if (signal.aborted) return null;
    if (drain.aborted && !session.isOutOfTime) return null;
    // Nobody can say now what was written; whoever claims it next reads it from the log.
    if (databaseTrouble(err) !== null) throw err;
    core.log.warn({ err, runId }, 'run failed');
    return await fail(session, runError(err, session));
  }
}

async function work(session: RunSession): Promise<string | null> {
  const { core, run, drain } = session;
  while (!drain.aborted) {
    const all = await core.tools.of(run.tenantId);
    const tools = run.isInRoom ? toolsForRoom(all) : all;
    const { exceeded } = session;
    if (exceeded !== null) return await fail(session, budgetError(exceeded));
    const unfinished = session.unfinishedCalls();
    if (unfinished.length > 0) {
      if ((await settleCalls(session, unfinished, tools)) === 'waits') return null;
      continue;
    }
    if (findLoop(session.steps)) return await fail(session, LOOP);
    const call = await prepareModelCall(session);
    const answer = await modelStep(session, call, tools.all);
    const finish = await store(session, answer);
    if (finish.kind === 'ended') return finish.next;
  }
  return null;
}

/** Keeps an answer; one that asks for no tool ends the run, unless the user has said something meanwhile. */
async function store(session: RunSession, answer: ModelStep): Promise<Exclude<Finish, { kind: 'gone' }>> {
  const { core, run } = session;
  const { text, toolCalls, usage, step, attempt } = answer;
  const data: StepData = { kind: 'model', text, toolCalls, usage };
  const events = [...contentOf(run.id, answer), timelineOf(session, answer)];
  const settle = async (tx: Tx): Promise<void> =>
    await settleUsage(tx, { runId: run.id, step, attempt }, { usage, rate: core.config.rates?.[run.model] });
  if (toolCalls.length === 0) {
    const before = async (tx: Tx): Promise<boolean> => {
      if ((await unreadMessages(tx.db, run, session.steps)).length > 0) return false;
      await settle(tx);
      return true;
    };
    const finish = await session.end({ status: 'completed', error: null }, { steps: [data], events, before });
    if (finish.kind === 'ended') return finish;
  }
  await session.answered(data, events, settle);
  return { kind: 'goes-on' };
}

async function fail(session: RunSession, error: RunError): Promise<string | null> {
  const { core, run } = session;
  try {
    const finish = await session.end({ status: 'failed', error });
    return finish.kind === 'ended' ? finish.next : null;
  } catch (err) {
    // Whoever claims it once its lease has run out ends it.
    if (!(err instanceof FencedError)) core.log.error({ err, runId: run.id }, 'could not end a failed run');
    return null;
  }
}

function started(run: RunRow): Unplaced<RunEvent> {
  const startedAt = (run.startedAt ?? run.createdAt).toISOString();
  return { type: 'run_started', runId: run.id, data: { startedAt } };
}

function contentOf(runId: string, step: ModelStep): Unplaced<RunEvent>[] {
  const { messageId, attempt, text, usage, isTruncated } = step;
  if (text === '') return [];
  return [{ type: 'content', runId, data: { messageId, attempt, text, usage, isComplete: !isTruncated } }];
}

function timelineOf({ core, run }: RunSession, { stepId, startedAt }: ModelStep): Unplaced<RunEvent> {
  const endedAt = core.clock.now().toISOString();
  return {
    type: 'timeline_step_update',
    runId: run.id,
    data: { stepId, label: run.model, startedAt, endedAt, status: 'done' },
  };
}

const POISON: RunError = {
  code: 'poison',
  message:
    'The server broke off five times in a row while it worked on this, so it gave up. Send the message again.',
  retryable: true,
};
const LOOP: RunError = {
  code: 'loop_detected',
  message: 'The agent did the same again and again, so it was stopped. Say more precisely what you want.',
  retryable: true,
};

function budgetError(message: string): RunError {
  return { code: 'budget_exceeded', message, retryable: true };
}

function runError(err: unknown, session: RunSession): RunError {
  if (session.isOutOfTime) {
    return budgetError(outOfTime({ ...DEFAULT_BUDGETS, ...session.core.config.budgets }));
  }
  if (err instanceof BudgetExceededError) return budgetError(err.message);
  if (err instanceof ModelError) {
    return { code: err.code, message: err.message, retryable: err.retry !== 'never' };
  }
  return {
    code: 'internal',
    message: 'Something went wrong on the server. Send the message again.',
    retryable: true,
  };
}
