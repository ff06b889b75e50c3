import type { ApprovalView, RoomEvent, RunEvent } from '@aura/contract';
import { isAsked, maySeeArgs } from './room-deciders.ts';
import type { Viewer } from './room-standing.ts';

/** Turns what is stored into what one viewer sees. What may be seen as it is stays the same object. */
export interface Redactor {
  runEvent(event: RunEvent): RunEvent;
  roomEvent(event: RoomEvent): RoomEvent;
  approval(approval: ApprovalView): ApprovalView;
}

/**
 * What this viewer sees of runs and approvals: in a room that hides arguments, those who may not decide by its rule are
 * not told what calls are made with and what comes of them, save of approvals that name them. Snapshots and feeds both go
 * through it, so that one continues the other.
 */
export function redactFor(viewer: Viewer): Redactor {
  const mayKnow = (approval: ApprovalView): boolean =>
    maySeeArgs(viewer, approval.userId) || isAsked(viewer, approval);
  const runEvent = (event: RunEvent): RunEvent => {
    switch (event.type) {
      case 'tool_execution':
      case 'hitl_resolved':
        return maySeeArgs(viewer, event.data.userId) ? event : redacted(event);
      case 'hitl':
        return mayKnow(event.data.approval) ? event : redacted(event);
      case 'run_created':
      case 'run_started':
      case 'thought':
      case 'plan_step':
      case 'plan_step_update':
      case 'run_waiting':
      case 'content_delta':
      case 'content':
      case 'timeline_step_update':
      case 'error':
      case 'done':
        return event;
    }
  };
  return {
    runEvent,
    roomEvent: (event) =>
      event.type === 'tool_execution' || event.type === 'hitl' || event.type === 'hitl_resolved'
        ? runEvent(event)
        : event,
    approval: (approval) => (mayKnow(approval) ? approval : hidden(approval)),
  };
}

type Telling = Extract<RunEvent, { type: 'tool_execution' | 'hitl' | 'hitl_resolved' }>;

/** One object for all who may not see an event: it is encoded once for all of them. */
const redactedOf = new WeakMap<Telling, RunEvent>();

function redacted(event: Telling): RunEvent {
  const known = redactedOf.get(event);
  if (known !== undefined) return known;
  const made = withoutWords(event);
  redactedOf.set(event, made);
  return made;
}

function withoutWords(event: Telling): RunEvent {
  switch (event.type) {
    case 'tool_execution': {
      const { result: _, error: __, ...rest } = event.data;
      return { ...event, data: { ...rest, args: null } };
    }
    case 'hitl':
      return { ...event, data: { approval: hidden(event.data.approval) } };
    case 'hitl_resolved':
      return { ...event, data: { ...event.data, editedArgs: null, answer: null } };
  }
}

function hidden(approval: ApprovalView): ApprovalView {
  return {
    ...approval,
    title: approval.kind === 'question' ? approval.toolName : approval.title,
    args: null,
    // Arguments that are few could be guessed by it.
    argsHash: '',
    question: null,
    editedArgs: null,
    answer: null,
  };
}
