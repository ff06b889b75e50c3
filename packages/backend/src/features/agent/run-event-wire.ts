import type { ApprovalView, RunEvent, RunFeedEvent } from '@aura/contract';
import type { EventAsTold, EventPlace } from '../../trpc/rest-route.ts';

/** What clients of the older wire switch on, by our name of the event. */
const LEGACY_NAMES: Readonly<Record<string, string>> = {
  thought: 'thinking',
  tool_execution: 'action',
  hitl: 'approval_required',
  content: 'message',
};

/** A run's events as `/api/aura` tells them. `sessionId` is the conversation. */
export function runEventWire(
  event: RunFeedEvent,
  { id, input, hasLegacyNames }: EventPlace,
): EventAsTold | null {
  const seen = dataOf(event);
  if (seen === null) return null;
  const type = hasLegacyNames ? (LEGACY_NAMES[seen.type] ?? seen.type) : seen.type;
  const { runId, conversationId: sessionId } = input;
  const timestamp = event.type === 'reset' ? new Date().toISOString() : event.at;
  return { type, body: { type, id, runId, sessionId, timestamp, data: seen.data } };
}

function dataOf(event: RunFeedEvent): { type: string; data: object } | null {
  switch (event.type) {
    case 'run_created':
    case 'run_started':
      return null;
    case 'content_delta':
      return { type: 'content', data: event.data };
    case 'hitl':
      return { type: 'hitl', data: approvalRequest(event.data.approval) };
    case 'hitl_resolved':
      return { type: 'hitl_resolved', data: resolution(event.data) };
    case 'run_waiting':
      return { type: 'done', data: { status: 'waiting_approval', requestIds: event.data.approvalIds } };
    case 'reset':
    case 'thought':
    case 'plan_step':
    case 'plan_step_update':
    case 'tool_execution':
    case 'content':
    case 'timeline_step_update':
    case 'error':
    case 'done':
      return { type: event.type, data: event.data };
  }
}

function approvalRequest(approval: ApprovalView): object {
  const { id: requestId, conversationId: sessionId, toolName: actionType } = approval;
  const { title, args, argsHash, risk, expiresAt, allowed, question } = approval;
  const asked = question === null ? {} : { question };
  return { requestId, sessionId, actionType, title, args, argsHash, risk, expiresAt, allowed, ...asked };
}

function resolution(data: Extract<RunEvent, { type: 'hitl_resolved' }>['data']): object {
  const { approvalId: requestId, status, decidedBy, reason } = data;
  return { requestId, status, decidedBy, ...(reason !== null && { reason }) };
}
