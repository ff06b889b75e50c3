import type { AuraClient } from '../create-aura-client.ts';
import { REPEATABLE } from '../transport/is-repeatable.ts';
import type { RoomDraft } from './room-draft.ts';

/** What can be done with messages that are there. All but reactions show by their event. Each rejects with an AuraError. */
export interface RoomMessageActions {
  /** Changes the words of one's own message. */
  edit: (messageId: string, change: { text: string; mentions?: readonly string[] }) => Promise<void>;
  /** One's own; owners and moderators may delete others'. */
  remove: (messageId: string) => Promise<void>;
  /** Shows at once; taken back when it is refused. */
  addReaction: (messageId: string, emoji: string) => Promise<void>;
  /** Shows at once; there again when it is refused. */
  removeReaction: (messageId: string, emoji: string) => Promise<void>;
  pin: (messageId: string) => Promise<void>;
  unpin: (messageId: string) => Promise<void>;
  /** Stops a run of the agent. */
  stop: (runId: string) => Promise<void>;
}

/** What its member can do in a room. */
export interface RoomActions extends RoomMessageActions {
  /** Says something; it is in `pending` until it shows up. Answers its clientId. Goes out in the order of the calls. */
  send: (draft: RoomDraft) => string;
  /** Sends a failed message again, under its clientId. What failed for want of a connection goes by itself. */
  retry: (clientId: string) => void;
  /** Forgets a message that failed. */
  discard: (clientId: string) => void;
  /** Loads the page of messages before the oldest one; a failure shows up in `error`. */
  loadOlder: () => void;
  /** Loads older messages until the one at `seq` is among them. Answers whether it came to that. */
  loadUntil: (seq: number) => Promise<boolean>;
  /** Everything that there is has been seen; told to the server a moment later. */
  markRead: () => void;
  /** A key was pressed in the composer. */
  noteTyping: () => void;
  /** What was typed was sent or left. */
  stopTyping: () => void;
  /** Reads the room anew: after joining it, or a failure. */
  reload: () => void;
}

/** Those that only ask: reactions are wishes as well. */
export function createRoomActions(
  client: AuraClient,
  roomId: string,
): Omit<RoomMessageActions, 'addReaction' | 'removeReaction'> {
  const { chat, agent } = client;
  // Each asks for how it should be, so asking twice is asking once.
  return {
    async edit(messageId, { text, mentions = [] }) {
      await chat.editMessage.mutate({ roomId, messageId, text, mentions: [...mentions] }, REPEATABLE);
    },
    async remove(messageId) {
      await chat.deleteMessage.mutate({ roomId, messageId }, REPEATABLE);
    },
    async pin(messageId) {
      await chat.pin.mutate({ roomId, messageId, isPinned: true }, REPEATABLE);
    },
    async unpin(messageId) {
      await chat.pin.mutate({ roomId, messageId, isPinned: false }, REPEATABLE);
    },
    async stop(runId) {
      await agent.stop.mutate({ runId }, REPEATABLE);
    },
  };
}
