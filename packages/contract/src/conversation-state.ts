import type { ConversationEvent, ConversationView, MessageView } from './conversation.ts';
import { applyRunEvent, newRunState, type RunState } from './run-state.ts';

/** A conversation as a reader sees it: what `conversation.get` answers and events keep current. */
export interface ConversationState {
  conversation: ConversationView;
  /** The newest messages, oldest first. Older ones come from `conversation.messages({ before })`. */
  messages: MessageView[];
  /** The runs those messages belong to, by id. */
  runs: Record<string, RunState>;
  hasOlderMessages: boolean;
  isDeleted: boolean;
}

/** What a subscription to a conversation yields: its events, or a fresh start when the cursor was of no use. */
export type ConversationFeedEvent =
  | ConversationEvent
  | { type: 'reset'; seq: number; data: { state: ConversationState } };

/**
 * `state` with one more event. Pure: unchanged parts keep their identity. Events must come in order of `seq`,
 * each once (subscriptions guarantee it); `reset` replaces everything.
 */
export function applyConversationEvent(
  state: ConversationState,
  event: ConversationFeedEvent,
): ConversationState {
  switch (event.type) {
    case 'reset':
      return event.data.state;
    case 'conversation_created':
    case 'conversation_updated':
      return { ...state, conversation: event.data.conversation };
    case 'conversation_deleted':
      return { ...state, isDeleted: true };
    case 'conversation_cleared':
      return { ...state, messages: [], runs: {}, hasOlderMessages: false };
    case 'message_created':
      return { ...state, messages: [...state.messages, { ...event.data.message, seq: event.seq }] };
    case 'messages_superseded':
      return supersede(state, event.data);
    case 'run_created': {
      const { run } = event.data;
      return { ...state, runs: { ...state.runs, [run.id]: newRunState(run) } };
    }
    case 'content': {
      const { messageId: id, text, isComplete, usage } = event.data;
      const message: MessageView = {
        id,
        role: 'assistant',
        clientId: null,
        text,
        runId: event.runId,
        seq: event.seq,
        isComplete,
        usage,
        createdAt: event.at,
      };
      return withRunEvent({ ...state, messages: [...state.messages, message] }, event);
    }
    case 'run_started':
    case 'thought':
    case 'plan_step':
    case 'plan_step_update':
    case 'tool_execution':
    case 'hitl':
    case 'hitl_resolved':
    case 'run_waiting':
    case 'content_delta':
    case 'timeline_step_update':
    case 'error':
    case 'done':
      return withRunEvent(state, event);
  }
}

type Superseded = Extract<ConversationEvent, { type: 'messages_superseded' }>['data'];

function supersede(
  state: ConversationState,
  { runId, askedIds, supersededRunId, messageIds }: Superseded,
): ConversationState {
  const messages = state.messages
    .filter(({ id }) => !messageIds.includes(id))
    .map((message) => (askedIds.includes(message.id) ? { ...message, runId } : message));
  const runs = Object.fromEntries(Object.entries(state.runs).filter(([id]) => id !== supersededRunId));
  return { ...state, messages, runs };
}

type EventOfRun = Parameters<typeof applyRunEvent>[1];

function withRunEvent(state: ConversationState, event: EventOfRun): ConversationState {
  const run = event.runId === null ? undefined : state.runs[event.runId];
  if (run === undefined) return state;
  return { ...state, runs: { ...state.runs, [run.id]: applyRunEvent(run, event) } };
}
