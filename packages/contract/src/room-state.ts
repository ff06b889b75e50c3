import type { RoomEvent } from './room-events.ts';
import type { RoomMemberView, RoomView } from './room.ts';
import type { RoomMessageView } from './room-message.ts';
import { applyToRoomMessages } from './room-messages-state.ts';
import { applyRunEvent, newRunState, type RunItem, type RunState } from './run-state.ts';

/** A room as a member sees it: what `chat.getRoom` answers and events keep current. */
export interface RoomState {
  room: RoomView;
  /** In the order they joined. */
  members: RoomMemberView[];
  /** The newest messages, oldest first, replies in threads aside. Older ones come from `chat.messages`. */
  messages: RoomMessageView[];
  /** The runs those messages belong to, by id. */
  runs: Record<string, RunState>;
  /** Ids of pinned messages, the one that was pinned last first. */
  pins: string[];
  hasOlderMessages: boolean;
}

/** What `chat.events` yields: what happens, or a fresh start when there was no cursor or it was of no use. */
export type RoomFeedEvent = RoomEvent | { type: 'reset'; seq: number; data: { state: RoomState } };

/**
 * `state` with one more event. Pure: unchanged parts keep their identity. Events must come in order of `seq`,
 * each once (subscriptions guarantee it); `reset` replaces everything.
 */
export function applyRoomEvent(state: RoomState, event: RoomFeedEvent): RoomState {
  switch (event.type) {
    case 'reset':
      return event.data.state;
    case 'room_created':
    case 'room_updated':
      return { ...state, room: event.data.room };
    case 'member_joined':
      return { ...state, members: withMember(state.members, event.data.member) };
    case 'member_updated': {
      const { member } = event.data;
      const members = state.members.map((item) => (item.userId === member.userId ? member : item));
      return { ...state, members };
    }
    case 'member_left':
      return { ...state, members: without(state.members, event.data.userId) };
    case 'message_pinned': {
      const { messageId } = event.data;
      return { ...state, pins: [messageId, ...state.pins.filter((id) => id !== messageId)] };
    }
    case 'message_unpinned':
      return { ...state, pins: state.pins.filter((id) => id !== event.data.messageId) };
    case 'message_deleted': {
      const { messageId } = event.data;
      return {
        ...state,
        pins: state.pins.filter((id) => id !== messageId),
        messages: applyToRoomMessages(state.messages, event, { threadOf: null }),
        runs: withoutWords(state.runs, messageId),
      };
    }
    case 'message_posted':
    case 'message_edited':
    case 'reaction_added':
    case 'reaction_removed':
      return { ...state, messages: applyToRoomMessages(state.messages, event, { threadOf: null }) };
    case 'run_created': {
      const { run } = event.data;
      const next = { ...state, runs: { ...state.runs, [run.id]: newRunState(run) } };
      return { ...next, messages: applyToRoomMessages(next.messages, event, { threadOf: null }) };
    }
    case 'content': {
      const messages = applyToRoomMessages(state.messages, event, { threadOf: null });
      return withRunEvent({ ...state, messages }, event);
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

const without = (members: readonly RoomMemberView[], userId: string): RoomMemberView[] =>
  members.filter((member) => member.userId !== userId);

/** Two who joined in the same millisecond are in the order of their ids, as where the state is read. */
function withMember(members: readonly RoomMemberView[], member: RoomMemberView): RoomMemberView[] {
  const isAfter = (other: RoomMemberView): boolean =>
    other.joinedAt > member.joinedAt || (other.joinedAt === member.joinedAt && other.userId > member.userId);
  const others = without(members, member.userId);
  const place = others.findIndex(isAfter);
  return others.toSpliced(place === -1 ? others.length : place, 0, member);
}

/** An answer that was deleted says nothing where its run is shown either; what the run did stays. */
function withoutWords(runs: RoomState['runs'], messageId: string): RoomState['runs'] {
  const isOf = (item: RunItem): boolean => item.kind === 'text' && item.messageId === messageId;
  const run = Object.values(runs).find(({ items }) => items.some(isOf));
  if (run === undefined) return runs;
  const items = run.items.map((item) => (item.kind === 'text' && isOf(item) ? { ...item, text: '' } : item));
  return { ...runs, [run.id]: { ...run, items } };
}

type EventOfRun = Parameters<typeof applyRunEvent>[1];

function withRunEvent(state: RoomState, event: EventOfRun): RoomState {
  const run = event.runId === null ? undefined : state.runs[event.runId];
  if (run === undefined) return state;
  return { ...state, runs: { ...state.runs, [run.id]: applyRunEvent(run, event) } };
}
