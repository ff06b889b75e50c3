import type { Json, RunEvent } from '@aura/contract';
import { z } from 'zod';
import type { Unplaced } from '../../realtime/event.ts';
import type { RunSession } from './run-session.ts';
import type { StepData, ToolCall } from '../../db/step-data.ts';
import { ToolInputError, type ToolOutcome } from './tool.ts';

const TIMEOUT_MS = 60_000;
const MAX_RESULT_CHARS = 64_000;

/** Shown before anything is executed, so that readers see what a call was asked to do even if it never ends. */
export function toolStarted(runId: string, call: ToolCall): Unplaced<RunEvent> {
  const { id: toolCallId, name: toolName } = call;
  return {
    type: 'tool_execution',
    runId,
    data: { toolCallId, toolName, args: parseArgs(call.argsText) ?? call.argsText, status: 'started' },
  };
}

/** Executes one call and checkpoints its result. A tool's failure is the model's to deal with, not the run's. */
export async function toolStep(session: RunSession, call: ToolCall): Promise<void> {
  const { run } = session;
  const startedAt = performance.now();
  const attempted = await attemptCall(session, call);
  const { events = [] } = attempted;
  const result = withinSize(attempted.result);
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

async function attemptCall(
  session: RunSession,
  call: ToolCall,
): Promise<ToolOutcome & { error: string | null }> {
  const { core, run, signal } = session;
  const failed = (error: string): ToolOutcome & { error: string } => ({ result: { error }, error });
  const tool = core.tools.find(call.name);
  if (tool === undefined) {
    return failed(
      `There is no tool ${call.name}. Use one of: ${core.tools.all.map(({ name }) => name).join(', ')}.`,
    );
  }
  const args = parseArgs(call.argsText);
  if (args === null) return failed('The arguments are not valid JSON.');
  const callSignal = AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]);
  try {
    const outcome = await tool.run(
      {
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
      args,
    );
    return { ...outcome, error: null };
  } catch (err) {
    signal.throwIfAborted();
    if (err instanceof ToolInputError) return failed(err.message);
    core.log.warn({ err, tool: call.name, runId: run.id }, 'tool failed');
    return failed(
      callSignal.aborted
        ? `The tool took longer than ${TIMEOUT_MS / 1_000} s.`
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

function withinSize(result: Json): Json {
  const text = JSON.stringify(result);
  return text.length <= MAX_RESULT_CHARS
    ? result
    : { truncated: true, text: text.slice(0, MAX_RESULT_CHARS) };
}

const messageOf = (err: unknown): string => (err instanceof Error ? err.message : 'no reason given');
