import type { Json, RunEvent } from '@aura/contract';
import { AppError } from '../../app-error.ts';
import type { StepData, ToolCall } from '../../db/step-data.ts';
import type { Tx } from '../../db/transaction.ts';
import type { Unplaced } from '../../realtime/event.ts';
import { untilAborted } from '../../until-aborted.ts';
import { writeAudit } from '../audit/write-audit.ts';
import { argsHash } from '../hitl/args-hash.ts';
import { parseArgs } from './call-state.ts';
import type { RunSession } from './run-session.ts';
import { surely } from './surely.ts';
import { insertToolCall } from './tool-call-store.ts';
import { type Tool, ToolInputError, type ToolOutcome } from './tool.ts';

const DEFAULT_TIMEOUT_MS = 60_000;
const MAX_RESULT_CHARS = 64_000;
const MAX_ERROR_CHARS = 4_000;

export interface AllowedCall {
  call: ToolCall;
  tool: Tool;
  args: Json;
  /** The decision it is made under; null: it needed none. */
  approvalId: string | null;
}

/** Executes one call and checkpoints its result. A tool's failure is the model's to deal with, not the run's. */
export async function toolStep(session: RunSession, allowed: AllowedCall): Promise<void> {
  const { call, tool, args } = allowed;
  const started: Unplaced<RunEvent> = shown(session, call, args, { status: 'started' });
  // A write under the claim, so nothing is executed for a run that was stopped. What may not simply be repeated leaves a
  // row as well: after a crash it says that the call was begun.
  const begun = async (): Promise<void> =>
    await session.checkpoint([], [started], async (tx) => await begin(tx, session, allowed));
  if (tool.repeat === 'pure') await session.say([started]);
  else await surely(session, begun);
  const startedAt = performance.now();
  const { events = [], result, error, taints = tool.taints } = await attemptCall(session, allowed);
  const durationMs = Math.round(performance.now() - startedAt);
  const ended = shown(
    session,
    call,
    args,
    error === null ? { status: 'succeeded', result, durationMs } : { status: 'failed', error, durationMs },
  );
  const step = stepOf(call, result, error !== null);
  await session.checkpoint([step], [...events, ended], async (tx) => {
    if (taints) {
      await tx.db.updateTable('runs').set({ isTainted: true }).where('id', '=', session.run.id).execute();
    }
  });
  session.applyToPlan(events);
}

/** A call that comes to nothing, or whose result a person gave: as if it had been executed, for model and readers. */
export async function settleCall(
  session: RunSession,
  call: ToolCall,
  outcome: { error: string } | { answer: Json },
): Promise<void> {
  const args = parseArgs(call.argsText) ?? call.argsText;
  if ('error' in outcome) {
    const error = outcome.error.slice(0, MAX_ERROR_CHARS);
    const events = [
      shown(session, call, args, { status: 'started' }),
      shown(session, call, args, { status: 'failed', error }),
    ];
    await session.checkpoint([stepOf(call, { error }, true)], events);
    return;
  }
  const result = { answer: outcome.answer };
  await session.checkpoint(
    [stepOf(call, result, false)],
    [shown(session, call, args, { status: 'succeeded', result })],
  );
}

/** What readers see of a call at one moment. */
export function shown(
  { run }: RunSession,
  { id: toolCallId, name: toolName }: ToolCall,
  args: Json,
  rest: Omit<
    Extract<RunEvent, { type: 'tool_execution' }>['data'],
    'toolCallId' | 'toolName' | 'userId' | 'args'
  >,
): Unplaced<RunEvent> {
  // Who may see what it says depends on whose run it is, where several people look on.
  const asker = run.isInRoom ? { userId: run.userId } : {};
  return { type: 'tool_execution', runId: run.id, data: { toolCallId, toolName, ...asker, args, ...rest } };
}

function stepOf({ id: toolCallId, name: toolName }: ToolCall, result: Json, isError: boolean): StepData {
  return { kind: 'tool', toolCallId, toolName, result, isError };
}

async function begin(
  tx: Tx,
  { run, place }: RunSession,
  { call, tool, args, approvalId }: AllowedCall,
): Promise<void> {
  const hash = argsHash({ tool: tool.name, version: tool.version, args });
  await writeAudit(
    tx,
    { caller: place, request: { id: run.id, address: null, userAgent: null } },
    { action: 'agent.tool_called', subject: run.id, data: { tool: tool.name, argsHash: hash, approvalId } },
  );
  await insertToolCall(tx.db, {
    runId: run.id,
    callId: call.id,
    tenantId: run.tenantId,
    toolName: tool.name,
    toolVersion: tool.version,
    argsHash: hash,
    repeat: tool.repeat,
    approvalId,
    fence: run.fence,
  });
}

async function attemptCall(
  session: RunSession,
  { call, tool, args }: AllowedCall,
): Promise<ToolOutcome & { error: string | null }> {
  const { core, run, signal } = session;
  const failed = (reason: string): ToolOutcome & { error: string } => {
    const error = reason.slice(0, MAX_ERROR_CHARS);
    return { result: { error }, error };
  };
  const { timeoutMs = DEFAULT_TIMEOUT_MS } = tool;
  const callSignal = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
  try {
    callSignal.throwIfAborted();
    const running = tool.run(
      {
        config: core.config,
        database: core.database,
        hub: core.hub,
        clock: core.clock,
        log: core.log,
        messageWriter: core.messageWriter,
        caller: session.place,
        runId: run.id,
        conversationId: run.conversationId,
        plan: session.plan,
        key: `aura:${run.id}:${call.id}`,
        signal: callSignal,
      },
      args,
    );
    // A tool that does not heed its signal must hold up neither its run nor the server's end.
    const { result, events = [], taints = false } = await untilAborted(running, callSignal);
    return { result: withinSize(result), events, taints: taints || tool.taints, error: null };
  } catch (err) {
    signal.throwIfAborted();
    if (err instanceof ToolInputError) return failed(err.message);
    core.log.warn({ err, tool: call.name, runId: run.id }, 'tool failed');
    if (!callSignal.aborted) return failed(`The tool failed: ${messageOf(err)}`);
    const late = `The tool took longer than ${timeoutMs / 1_000} s.`;
    return failed(tool.repeat === 'pure' ? late : `${late} It may have taken effect all the same.`);
  }
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
