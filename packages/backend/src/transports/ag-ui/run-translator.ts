import { type Event, EventType, type Message, PROTOCOL_VERSION } from '@ag-ui/core';
import type { ApprovalView, PlanStep, RunEvent } from '@aura/contract';
import { finishOf } from './finish-of.ts';
import { interruptOf } from './interrupt.ts';
import { planAfter } from './plan-after.ts';
import type { SegmentPart } from './run-segment.ts';
import { ANSWER, createSpokenWords, REASONING } from './spoken-words.ts';
import { createThreadMirror } from './thread-mirror.ts';
import { createToldCalls } from './told-calls.ts';

export interface Stream {
  /** In the client's words, as its `runId`. */
  threadId: string;
  runId: string;
  /** Our id of the run. */
  ownRunId: string;
  /** What the client has of the thread. */
  messages: readonly Message[];
  /** It tells of the run from its beginning. */
  isWhole: boolean;
}

export interface RunTranslator {
  begin(facts: { conversationId: string; ignoredTools: number }): Event[];
  tell(part: SegmentPart): Event[];
}

/**
 * A run's events in the words of AG-UI, with what a client has of them already taken into account. What is open is closed
 * before the last event, as the protocol wants it.
 */
export function createRunTranslator(stream: Stream): RunTranslator {
  const { threadId, runId, ownRunId, messages } = stream;
  const names = { threadId, runId };
  const mirror = createThreadMirror(messages);
  const answer = createSpokenWords(ANSWER, mirror);
  const reasoning = createSpokenWords(REASONING, mirror);
  const calls = createToldCalls(ownRunId, mirror);
  const approvals = new Map<string, ApprovalView>();
  let plan: PlanStep[] = [];

  const silence = (): Event[] => [...reasoning.close(), ...answer.close()];
  const planEvent = (): Event => ({
    type: EventType.ACTIVITY_SNAPSHOT,
    messageId: `${ownRunId}.plan`,
    activityType: 'PLAN',
    content: { steps: plan },
    replace: true,
  });
  const remember = (event: RunEvent): void => {
    if (event.type === 'hitl') approvals.set(event.data.approval.id, event.data.approval);
    if (event.type === 'plan_step' || event.type === 'plan_step_update') plan = planAfter(plan, event);
  };
  const recall = (event: RunEvent): void => {
    remember(event);
    if (event.type === 'hitl') calls.recall(event.data.approval.toolCallId);
    if (event.type === 'tool_execution') calls.recall(event.data.toolCallId);
  };

  const say = (event: RunEvent): Event[] => {
    remember(event);
    switch (event.type) {
      case 'run_created':
      case 'run_started':
      case 'run_waiting':
      case 'hitl_resolved':
        return [];
      case 'thought': {
        const { stepId, ...piece } = event.data;
        return reasoning.say({ key: `${ownRunId}.${stepId}`, ...piece });
      }
      case 'content_delta': {
        const { messageId: key, delta: text, attempt, offset } = event.data;
        return [...reasoning.close(), ...answer.say({ key, text, attempt, offset })];
      }
      case 'content': {
        const { messageId: key, text, attempt } = event.data;
        return [...reasoning.close(), ...answer.settle({ key, text, attempt })];
      }
      case 'plan_step':
      case 'plan_step_update':
        return [planEvent()];
      case 'tool_execution':
        return [...silence(), ...calls.settle(event.data)];
      case 'hitl':
        return [...silence(), ...calls.show(event.data.approval)];
      case 'timeline_step_update': {
        const { stepId: stepName, label: model, startedAt, endedAt, status } = event.data;
        const metadata = { model, startedAt, endedAt, status };
        // Both at once, when it is over: no step may be open where a run is interrupted.
        if (status === 'running') return [];
        return [
          { type: EventType.STEP_STARTED, stepName, metadata },
          { type: EventType.STEP_FINISHED, stepName, metadata },
        ];
      }
      case 'error':
        return [{ type: EventType.CUSTOM, name: 'attempt_failed', value: event.data }];
      case 'done':
        return [...silence(), finishOf(stream, event.data)];
    }
  };

  const interrupt = (ids: readonly string[]): Event[] => {
    const interrupts = ids.flatMap((id) => {
      const approval = approvals.get(id);
      return approval === undefined ? [] : [interruptOf(approval, calls.idOf(approval.toolCallId))];
    });
    const outcome = { type: 'interrupt' as const, interrupts };
    return [...silence(), mirror.snapshot(), { type: EventType.RUN_FINISHED, ...names, outcome }];
  };

  return {
    begin: ({ conversationId, ignoredTools }) => [
      {
        type: EventType.RUN_STARTED,
        ...names,
        protocolVersion: PROTOCOL_VERSION,
        metadata: { conversationId, runId: ownRunId, ignoredTools },
      },
    ],
    tell(part) {
      switch (part.kind) {
        case 'past':
          recall(part.event);
          return [];
        case 'told':
          return say(part.event);
        case 'wait':
          return interrupt(part.approvalIds);
      }
    },
  };
}
