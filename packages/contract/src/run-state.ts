import type { ApprovalView } from './approval.ts';
import type { Json } from './primitives.ts';
import type { PlanStepStatus, RunEvent, RunView, ToolStatus, Usage } from './run-events.ts';

export interface PlanStep {
  stepId: string;
  index: number;
  title: string;
  status: PlanStepStatus;
  note?: string;
}
/** One thing a run did, in the order a reader sees it. */
export type RunItem =
  | { kind: 'thought'; stepId: string; attempt: number; text: string }
  | { kind: 'plan'; steps: PlanStep[] }
  | {
      kind: 'tool';
      toolCallId: string;
      toolName: string;
      userId?: string;
      args: Json;
      status: ToolStatus;
      result?: Json;
      error?: string;
      durationMs?: number;
    }
  | { kind: 'approval'; approval: ApprovalView }
  | { kind: 'text'; messageId: string; attempt: number; text: string; isFinal: boolean };
export interface TimelineStep {
  stepId: string;
  label: string;
  startedAt: string;
  endedAt?: string;
  status: 'running' | 'done' | 'failed';
}
/** A run as a reader sees it: what `run_created` and every event after it add up to. */
export interface RunState extends RunView {
  items: RunItem[];
  timeline: TimelineStep[];
  /** Set once the run has ended. */
  usage: Usage | null;
}

/** The state a `run_created` event starts. */
export function newRunState(run: RunView): RunState {
  return { ...run, items: [], timeline: [], usage: null };
}

/**
 * `state` with one more event of the same run. Pure: unchanged parts keep their identity. Events must come in
 * order of `seq`, each once (subscriptions guarantee it).
 */
export function applyRunEvent(state: RunState, event: RunEvent): RunState {
  switch (event.type) {
    case 'run_created':
      return state;
    case 'run_started':
      return { ...state, status: 'running', startedAt: state.startedAt ?? event.data.startedAt };
    case 'thought': {
      const { stepId, attempt, offset, text } = event.data;
      const isSame = (item: RunItem) => item.kind === 'thought' && item.stepId === stepId;
      return upsertSaid(state, isSame, (old) => {
        const known = old?.kind === 'thought' ? old : null;
        if (known !== null && known.attempt > attempt) return known;
        return { kind: 'thought', stepId, attempt, text: joinPiece(known, { attempt, offset, text }) };
      });
    }
    case 'content_delta': {
      const { messageId, attempt, offset, delta } = event.data;
      return upsertSaid(state, isText(messageId), (old) => {
        const known = old?.kind === 'text' ? old : null;
        // What comes late for an attempt that was given up, or for a final answer, changes nothing.
        if (known !== null && (known.isFinal || known.attempt > attempt)) return known;
        const text = joinPiece(known, { attempt, offset, text: delta });
        return { kind: 'text', messageId, attempt, text, isFinal: false };
      });
    }
    case 'content': {
      const { messageId, attempt, text } = event.data;
      const isSame = isText(messageId);
      // It takes its place now, not where its first delta was: readers from whom the deltas are spared see the same.
      const others = state.items.filter((item) => !isSame(item));
      return { ...state, items: [...others, { kind: 'text', messageId, attempt, text, isFinal: true }] };
    }
    case 'plan_step':
      return upsert(
        state,
        (item) => item.kind === 'plan',
        (old) => ({
          kind: 'plan',
          steps: [...(old?.kind === 'plan' ? old.steps : []), event.data],
        }),
      );
    case 'plan_step_update':
      return {
        ...state,
        items: state.items.map((item) => (item.kind === 'plan' ? updatePlan(item, event.data) : item)),
      };
    case 'tool_execution':
      return upsert(
        state,
        (item) => item.kind === 'tool' && item.toolCallId === event.data.toolCallId,
        () => ({
          kind: 'tool',
          ...event.data,
        }),
      );
    case 'hitl': {
      const { approval } = event.data;
      return upsert(state, isApproval(approval.id), () => ({ kind: 'approval', approval }));
    }
    case 'hitl_resolved': {
      const { approvalId, ...decided } = event.data;
      const items = state.items.map((item) =>
        item.kind === 'approval' && item.approval.id === approvalId
          ? { ...item, approval: { ...item.approval, ...decided } }
          : item,
      );
      return { ...state, items };
    }
    case 'run_waiting':
      return { ...state, status: 'waiting' };
    case 'timeline_step_update': {
      const rest = state.timeline.filter((step) => step.stepId !== event.data.stepId);
      return { ...state, timeline: [...rest, event.data] };
    }
    case 'error':
      return {
        ...state,
        error: { code: event.data.code, message: event.data.message, retryable: event.data.retryable },
      };
    case 'done':
      return {
        ...state,
        status: event.data.status,
        error: event.data.error,
        usage: event.data.usage,
        endedAt: event.at,
      };
  }
}

const isApproval = (id: string) => (item: RunItem) => item.kind === 'approval' && item.approval.id === id;
const isText = (messageId: string) => (item: RunItem) => item.kind === 'text' && item.messageId === messageId;

/** Replaces the item that matches, or appends it. */
function upsert(
  state: RunState,
  matches: (item: RunItem) => boolean,
  next: (old?: RunItem) => RunItem,
): RunState {
  const index = state.items.findIndex(matches);
  const items = index === -1 ? [...state.items, next()] : state.items.with(index, next(state.items[index]));
  return { ...state, items };
}

/** As `upsert`; what has nothing left to say (a new attempt took it back) is no item any more. */
function upsertSaid(
  state: RunState,
  matches: (item: RunItem) => boolean,
  next: (old?: RunItem) => Extract<RunItem, { text: string }>,
): RunState {
  const said = next(state.items.find(matches));
  if (said.text !== '') return upsert(state, matches, () => said);
  return { ...state, items: state.items.filter((item) => !matches(item)) };
}

/** Within an attempt pieces join at their offset; a higher attempt starts afresh. */
function joinPiece(
  old: { attempt: number; text: string } | null,
  piece: { attempt: number; offset: number; text: string },
): string {
  if (old === null || piece.attempt > old.attempt) return piece.text;
  return old.text.slice(0, piece.offset) + piece.text;
}

function updatePlan(
  plan: Extract<RunItem, { kind: 'plan' }>,
  update: { stepId: string; status: PlanStepStatus; note?: string | undefined },
): RunItem {
  return {
    ...plan,
    steps: plan.steps.map((step) =>
      step.stepId === update.stepId
        ? { ...step, status: update.status, ...(update.note === undefined ? {} : { note: update.note }) }
        : step,
    ),
  };
}
