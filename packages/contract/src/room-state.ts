import type { RoomEvent } from './room-events.ts';
import type { RoomMemberView, RoomView } from './room.ts';
import type { RoomMessageView } from './room-message.ts';
import { applyToRoomMessages } from './room-messages-state.ts';
import { applyToRoomRuns, type RunStates } from './room-runs-state.ts';

/** A room as a member sees it: what `chat.getRoom` answers and events keep current. */
export interface RoomState {
  room: RoomView;
  /** In the order they joined. */
  members: RoomMemberView[];
  /** The newest messages, oldest first, replies in threads aside. Older ones come from `chat.messages`. */
  messages: RoomMessageView[];
  /** The runs those messages belong to, and all that are active, in threads too, by id. */
  runs: RunStates;
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
      const pins = state.pins.filter((id) => id !== event.data.messageId);
      return { ...withMessagesAndRuns(state, event), pins };
    }
    case 'message_posted':
    case 'message_edited':
    case 'reaction_added':
    case 'reaction_removed':
    case 'run_created':
    case 'run_started':
    case 'thought':
    case 'plan_step':
    case 'plan_step_update':
    case 'tool_execution':
    case 'hitl':
    case 'hitl_resolved':
    case 'run_waiting':
    case 'content_delta':
    case 'content':
    case 'timeline_step_update':
    case 'error':
    case 'done':
      return withMessagesAndRuns(state, event);
  }
}

/** What people and runs say, and what becomes of it. */
function withMessagesAndRuns(state: RoomState, event: RoomEvent): RoomState {
  const list = { threadOf: null };
  return {
    ...state,
    messages: applyToRoomMessages(state.messages, event, list),
    runs: applyToRoomRuns(state.runs, event, list),
  };
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
