import type { RoomEvent } from './room-events.ts';
import type { RoomMessageView } from './room-message.ts';
import { applyToRoomMessages } from './room-messages-state.ts';
import { applyToRoomRuns, type RunStates } from './room-runs-state.ts';

/** A thread as a member sees it: what `chat.getThread` answers and the events of its room keep current. */
export interface ThreadState {
  /** The message that the thread belongs to. */
  message: RoomMessageView;
  /** The newest replies, oldest first. Older ones come from `chat.messages`. */
  replies: RoomMessageView[];
  /** The runs those replies belong to, and the thread's active ones, by id. */
  runs: RunStates;
  hasOlderReplies: boolean;
}

/**
 * `state` with one more event of its room. Pure: unchanged parts keep their identity. Events must come in order of
 * `seq`, each once, from the one after the state's cursor on.
 */
export function applyThreadEvent(state: ThreadState, event: RoomEvent): ThreadState {
  const { id: threadOf } = state.message;
  return {
    ...state,
    message: afterEvent(state.message, event),
    replies: applyToRoomMessages(state.replies, event, { threadOf }),
    runs: applyToRoomRuns(state.runs, event, { threadOf }),
  };
}

function afterEvent(message: RoomMessageView, event: RoomEvent): RoomMessageView {
  const list = applyToRoomMessages([message], event, { threadOf: null });
  return list.find(({ id }) => id === message.id) ?? message;
}
