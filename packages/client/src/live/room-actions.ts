import type { AuraClient } from '../create-aura-client.ts';
import { REPEATABLE } from '../transport/is-repeatable.ts';

/** What can be done with messages that are there. Each shows by its event, and rejects with an AuraError. */
export interface RoomMessageActions {
  /** Changes the words of one's own message. */
  edit: (messageId: string, change: { text: string; mentions?: readonly string[] }) => Promise<void>;
  /** One's own; owners and moderators may delete others'. */
  remove: (messageId: string) => Promise<void>;
  addReaction: (messageId: string, emoji: string) => Promise<void>;
  removeReaction: (messageId: string, emoji: string) => Promise<void>;
  pin: (messageId: string) => Promise<void>;
  unpin: (messageId: string) => Promise<void>;
  /** Stops a run of the agent. */
  stop: (runId: string) => Promise<void>;
}

export function createRoomActions(client: AuraClient, roomId: string): RoomMessageActions {
  const { chat, agent } = client;
  // Each asks for how it should be, so asking twice is asking once.
  return {
    async edit(messageId, { text, mentions = [] }) {
      await chat.editMessage.mutate({ roomId, messageId, text, mentions: [...mentions] }, REPEATABLE);
    },
    async remove(messageId) {
      await chat.deleteMessage.mutate({ roomId, messageId }, REPEATABLE);
    },
    async addReaction(messageId, emoji) {
      await chat.addReaction.mutate({ roomId, messageId, emoji }, REPEATABLE);
    },
    async removeReaction(messageId, emoji) {
      await chat.removeReaction.mutate({ roomId, messageId, emoji }, REPEATABLE);
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
