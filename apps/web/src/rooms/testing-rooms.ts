import type { ApprovalView, RoomMessageView, RoomView, RunState } from '@aura/contract';

const AT = '2026-01-01T00:00:00.000Z';

/** A room, messages and runs for tests of what is shown of them. */
export const room: RoomView = {
  id: 'room',
  number: 1,
  name: 'Room',
  topic: '',
  isPublic: true,
  postId: null,
  model: 'aura-offline',
  deciders: 'members',
  hidesArgs: false,
  slowModeSeconds: 0,
  createdBy: 'owner',
  createdAt: AT,
  archivedAt: null,
};

export function message(values: Partial<RoomMessageView> = {}): RoomMessageView {
  return {
    id: 'message',
    authorId: 'anna',
    authorName: 'Anna',
    clientId: null,
    text: 'hello',
    threadOf: null,
    mentions: [],
    attachments: [],
    reactions: [],
    replyCount: 0,
    lastReplyAt: null,
    runId: null,
    isComplete: true,
    seq: 1,
    createdAt: AT,
    editedAt: null,
    deletedAt: null,
    ...values,
  };
}

export function run(values: Partial<RunState> = {}): RunState {
  return {
    id: 'run',
    conversationId: 'room',
    messageId: 'question',
    model: 'aura-offline',
    status: 'running',
    error: null,
    createdAt: AT,
    startedAt: AT,
    endedAt: null,
    items: [],
    timeline: [],
    usage: null,
    ...values,
  };
}

export function approval(values: Partial<ApprovalView> = {}): ApprovalView {
  return {
    id: 'approval',
    kind: 'tool',
    conversationId: 'room',
    runId: 'run',
    userId: 'anna',
    toolCallId: 'call',
    toolName: 'send',
    toolVersion: '1',
    risk: 'external',
    title: 'send',
    args: {},
    argsHash: '',
    question: null,
    allowed: ['approve', 'reject'],
    approvers: { kind: 'room', who: 'moderators' },
    status: 'pending',
    createdAt: AT,
    expiresAt: AT,
    decidedAt: null,
    decidedBy: null,
    reason: null,
    editedArgs: null,
    answer: null,
    ...values,
  };
}
