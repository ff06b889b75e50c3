import { AppError } from '../../app-error.ts';
import type { Json, RunEvent } from '@aura/contract';
import { z } from 'zod';
import type { Unplaced } from '../../realtime/event.ts';
import type { RunSession } from './run-session.ts';
import type { StepData, ToolCall } from '../../db/step-data.ts';
import { ToolInputError, type ToolOutcome } from './tool.ts';

const DEFAULT_TIMEOUT_MS = 60_000;
const MAX_RESULT_CHARS = 64_000;
const MAX_ERROR_CHARS = 4_000;

/** Executes one call and checkpoints its result. A tool's failure is the model's to deal with, not the run's. */
export async function toolStep(session: RunSession, call: ToolCall): Promise<void> {
  const { run } = session;
  // A write under the claim, so nothing is executed for a run that was stopped.
  await session.say([toolStarted(run.id, call)]);
  const startedAt = performance.now();
  const attempted = await attemptCall(session, call);
  const { events = [], result } = attempted;
  const step: StepData = {
    kind: 'tool',
    toolCallId: call.id,
    toolName: call.name,
    result,
    isError: attempted.error !== null,
  };
  const data = {
    toolCallId: call.id,
    toolName: call.name,
    args: parseArgs(call.argsText) ?? call.argsText,
    durationMs: Math.round(performance.now() - startedAt),
  };
  const ended: Unplaced<RunEvent> =
    attempted.error === null
      ? { type: 'tool_execution', runId: run.id, data: { ...data, status: 'succeeded', result } }
      : {
          type: 'tool_execution',
          runId: run.id,
          data: { ...data, status: 'failed', error: attempted.error },
        };
  await session.checkpoint([step], [...events, ended]);
  session.applyToPlan(events);
}

/** Shown before the call is executed, so that readers see what it was asked to do even if it never ends. */
function toolStarted(runId: string, call: ToolCall): Unplaced<RunEvent> {
  const { id: toolCallId, name: toolName } = call;
  return {
    type: 'tool_execution',
    runId,
    data: { toolCallId, toolName, args: parseArgs(call.argsText) ?? call.argsText, status: 'started' },
  };
}

async function attemptCall(
  session: RunSession,
  call: ToolCall,
): Promise<ToolOutcome & { error: string | null }> {
  const { core, run, signal } = session;
  const failed = (reason: string): ToolOutcome & { error: string } => {
    const error = reason.slice(0, MAX_ERROR_CHARS);
    return { result: { error }, error };
  };
  const tools = await core.tools.of(run.tenantId);
  const tool = tools.find(call.name);
  if (tool === undefined) {
    return failed(
      `There is no tool ${call.name}. Use one of: ${tools.all.map(({ name }) => name).join(', ')}.`,
    );
  }
  const args = parseArgs(call.argsText);
  if (args === null) return failed('The arguments are not valid JSON.');
  const { timeoutMs = DEFAULT_TIMEOUT_MS } = tool;
  const callSignal = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
  using over = aborted(callSignal);
  try {
    const parsed = tool.parse(args);
    callSignal.throwIfAborted();
    const running = tool.run(
      {
        config: core.config,
        database: core.database,
        hub: core.hub,
        clock: core.clock,
        log: core.log,
        caller: session.place,
        runId: run.id,
        conversationId: run.conversationId,
        plan: session.plan,
        key: `aura:${run.id}:${call.id}`,
        signal: callSignal,
      },
      parsed,
    );
    // A tool that does not heed its signal must hold up neither its run nor the server's end.
    const { result, events = [] } = await Promise.race([running, over.promise]);
    return { result: withinSize(result), events, error: null };
  } catch (err) {
    signal.throwIfAborted();
    if (err instanceof ToolInputError) return failed(err.message);
    core.log.warn({ err, tool: call.name, runId: run.id }, 'tool failed');
    return failed(
      callSignal.aborted
        ? `The tool took longer than ${timeoutMs / 1_000} s.`
        : `The tool failed: ${messageOf(err)}`,
    );
  }
}

/** An empty text is how some servers say "no arguments". */
function parseArgs(text: string): Json | null {
  if (text.trim() === '') return {};
  try {
    return z.json().parse(JSON.parse(text));
  } catch {
    return null;
  }
}

/** Rejects when `signal` aborts. */
function aborted(signal: AbortSignal): Disposable & { promise: Promise<never> } {
  const { promise, reject } = Promise.withResolvers<never>();
  promise.catch(() => {});
  const onAbort = (): void => reject(signal.reason);
  signal.addEventListener('abort', onAbort, { once: true });
  return { promise, [Symbol.dispose]: () => signal.removeEventListener('abort', onAbort) };
}

/** What the model is told of a result: all of it up to a size. A tool that says nothing is taken to say null. */
function withinSize(result: Json | undefined): Json {
  if (result === undefined) return null;
  const text = JSON.stringify(result);
  return text.length <= MAX_RESULT_CHARS
    ? result
    : { truncated: true, text: text.slice(0, MAX_RESULT_CHARS) };
}

/** A tool's own words reach the model and the reader; those of the database or the system may name what is inside. */
function messageOf(err: unknown): string {
  if (!(err instanceof Error)) return 'no reason given';
  return 'code' in err && !(err instanceof AppError) ? 'something is not available now' : err.message;
}
