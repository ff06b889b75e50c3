import { randomUUID } from 'node:crypto';
import {
  applyRunEvent,
  type ConversationEvent,
  newRunState,
  type RunEvent,
  type RunState,
  type Usage,
} from '@aura/contract';
import type { Unplaced } from '../../realtime/event.ts';
import { runView } from '../agent/run-view.ts';
import type { CopyPlan, RunCopy } from './copy-plan.ts';

type Copied = Unplaced<ConversationEvent>;

/** Of what runs have said, what is copied. Not the pieces of answers, nor what was asked of people. */
export const COPIED_EVENTS = [
  'thought',
  'plan_step',
  'plan_step_update',
  'tool_execution',
  'content',
  'timeline_step_update',
  'done',
] as const satisfies readonly RunEvent['type'][];

/** It was paid for where it was done. */
const NO_USAGE: Usage = { inputTokens: 0, outputTokens: 0 };

/**
 * What the log of the copy begins with, in the order of the original. `log`: the events of `COPIED_EVENTS` of the plan's
 * runs. Everything gets the names that it has in the copy and the time of the copy.
 */
export function copyEvents(
  plan: CopyPlan,
  log: readonly RunEvent[],
  copy: { conversationId: string; at: string },
): Copied[] {
  const thoughts = wholeThoughts(plan, log);
  const placed: { seq: number; event: Copied }[] = plan.messages.map((message) => ({
    seq: message.seq,
    event: messageCreated(plan, message, copy.at),
  }));
  for (const run of plan.runs.values()) {
    const { firstSeq } = run.original;
    for (const event of beginning(plan, run, copy)) placed.push({ seq: firstSeq ?? 0, event });
  }
  for (const event of log) {
    const run = event.runId === null ? undefined : plan.runs.get(event.runId);
    if (run === undefined || event.seq > run.cut) continue;
    const copied = copyOf(event, run.id, thoughts);
    if (copied !== null) placed.push({ seq: event.seq, event: copied });
  }
  for (const { id, cut, ending } of plan.runs.values()) {
    if (cut === Number.MAX_SAFE_INTEGER || ending === null) continue;
    placed.push({ seq: cut, event: { type: 'done', runId: id, data: { ...ending, usage: NO_USAGE } } });
  }
  return placed.toSorted((a, b) => a.seq - b.seq).map(({ event }) => event);
}

function messageCreated(
  { runs, messageIds }: CopyPlan,
  message: CopyPlan['messages'][number],
  at: string,
): Copied {
  const { id, role, text, isComplete, runId } = message;
  return {
    type: 'message_created',
    data: {
      message: {
        id: messageIds.get(id) ?? randomUUID(),
        role,
        // Its sender sent it to another conversation.
        clientId: null,
        text,
        runId: runId === null ? null : (runs.get(runId)?.id ?? null),
        isComplete,
        usage: null,
        createdAt: at,
      },
    },
  };
}

function beginning(
  { messageIds }: CopyPlan,
  { id, original, ending }: RunCopy,
  { conversationId, at }: { conversationId: string; at: string },
): Copied[] {
  const messageId = messageIds.get(original.messageId);
  if (messageId === undefined) throw new Error('a run is copied without the message that asked for it');
  const view = runView(original);
  const run = { ...view, id, conversationId, messageId, createdAt: at, startedAt: null, endedAt: null };
  const created: Copied = {
    type: 'run_created',
    runId: id,
    data: { run: { ...run, status: 'queued', error: null } },
  };
  if (ending === null) return [created];
  return [created, { type: 'run_started', runId: id, data: { startedAt: at } }];
}

function copyOf(event: RunEvent, runId: string, thoughts: Map<string, Copied>): Copied | null {
  switch (event.type) {
    case 'thought': {
      const key = thoughtKey(event.runId, event.data.stepId);
      const whole = thoughts.get(key) ?? null;
      thoughts.delete(key);
      return whole;
    }
    case 'tool_execution': {
      const { status } = event.data;
      // A call without a result is open in the copy, whatever had become of it.
      return status === 'succeeded' || status === 'failed'
        ? { type: event.type, runId, data: event.data }
        : null;
    }
    case 'content':
      return { type: event.type, runId, data: { ...event.data, messageId: randomUUID(), usage: null } };
    case 'done':
      return { type: event.type, runId, data: { ...event.data, usage: NO_USAGE } };
    case 'plan_step':
      return { type: event.type, runId, data: event.data };
    case 'plan_step_update':
      return { type: event.type, runId, data: event.data };
    case 'timeline_step_update':
      return { type: event.type, runId, data: event.data };
    case 'run_created':
    case 'run_started':
    case 'hitl':
    case 'hitl_resolved':
    case 'run_waiting':
    case 'content_delta':
    case 'error':
      return null;
  }
}

const thoughtKey = (runId: string | null, stepId: string): string => `${runId} ${stepId}`;

/** What runs have thought, each thought in one piece instead of the many it came in. */
function wholeThoughts(plan: CopyPlan, log: readonly RunEvent[]): Map<string, Copied> {
  const states = new Map<string, RunState>();
  for (const event of log) {
    const run = event.runId === null ? undefined : plan.runs.get(event.runId);
    if (run === undefined || event.type !== 'thought' || event.seq > run.cut) continue;
    const state = states.get(run.original.id) ?? newRunState(runView(run.original));
    states.set(run.original.id, applyRunEvent(state, event));
  }
  const whole = new Map<string, Copied>();
  for (const [originalId, { items }] of states) {
    const runId = plan.runs.get(originalId)?.id;
    for (const item of items) {
      if (item.kind !== 'thought' || runId === undefined) continue;
      const { stepId, attempt, text } = item;
      whole.set(thoughtKey(originalId, stepId), {
        type: 'thought',
        runId,
        data: { stepId, attempt, offset: 0, text },
      });
    }
  }
  return whole;
}
