import type { RunError, RunEvent } from '@aura/contract';
import type { RunnerCore } from '../../context.ts';
import { withSystemTransaction, withTransaction } from '../../db/transaction.ts';
import type { Unplaced } from '../../realtime/event.ts';
import { FencedError } from '../../realtime/group-writer.ts';
import { ModelError } from '../../ports/model.ts';
import { buildPrompt } from './build-prompt.ts';
import { type ModelStep, modelStep } from './model-step.ts';
import { claimRun, type RunRow } from './run-store.ts';
import { RunSession } from './run-session.ts';
import type { StepData } from '../../db/step-data.ts';
import { toolStep } from './tool-step.ts';

const MAX_STEPS = 50;

/**
 * Executes a run from its claim to its end; returns at once when it is not there to be claimed. Model call, tool
 * calls, model call … until an answer asks for no tool. Never throws for what a run can fail with: that becomes the
 * run's error. Stops without a word when the claim is lost or `signal` aborts.
 */
export async function executeRun(
  core: RunnerCore,
  { runId, signal }: { runId: string; signal: AbortSignal },
): Promise<void> {
  if (signal.aborted) return;
  const run = await withSystemTransaction(
    core,
    async ({ db }) => await claimRun(db, { runId, owner: core.nodeId }),
  );
  if (run === undefined) return;
  const session = new RunSession(core, run, signal);
  try {
    await session.say([started(run)]);
    await loop(session);
  } catch (err) {
    if (err instanceof FencedError || signal.aborted) return;
    core.log.warn({ err, runId }, 'run failed');
    await session.end({ status: 'failed', error: runError(err) }).catch((failure: unknown) => {
      // The sweep ends it once its lease has run out.
      if (!(failure instanceof FencedError)) {
        core.log.error({ err: failure, runId }, 'could not end a failed run');
      }
    });
  }
}

async function loop(session: RunSession): Promise<void> {
  const { core, run } = session;
  const scope = { ...core, caller: session.place };
  while (session.steps.length < MAX_STEPS) {
    const messages = await withTransaction(
      scope,
      async ({ db }) => await buildPrompt(db, run, session.steps),
    );
    const step = await modelStep(session, messages);
    const data: StepData = { kind: 'model', text: step.text, toolCalls: step.toolCalls, usage: step.usage };
    const events = [...contentOf(run.id, step), timelineOf(session, step)];
    if (step.toolCalls.length === 0) {
      await session.end({ status: 'completed', error: null }, { steps: [data], events, usage: step.usage });
      return;
    }
    await session.checkpoint([data], events, step.usage);
    for (const call of step.toolCalls.slice(0, MAX_STEPS - session.steps.length)) {
      await toolStep(session, call);
    }
  }
  const error: RunError = {
    code: 'budget_exceeded',
    message: `The agent stopped after ${MAX_STEPS} steps.`,
    retryable: true,
  };
  await session.end({ status: 'failed', error });
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

function runError(err: unknown): RunError {
  if (err instanceof ModelError) {
    return { code: err.code, message: err.message, retryable: err.retry !== 'never' };
  }
  return {
    code: 'internal',
    message: 'Something went wrong on the server. Send the message again.',
    retryable: true,
  };
}
