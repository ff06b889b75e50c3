import type { RoomEvent } from './room-events.ts';
import type { ReactionView, RoomMessageView } from './room-message.ts';

/** What the agent is called where a name stands. */
export const AGENT_NAME = 'agent';

/**
 * A list of a room's messages (its own, or those of one thread) after one more event. Pure. Applying an event that the
 * list has seen already changes nothing for good, so a page that was loaded while events came in may take them all.
 */
export function applyToRoomMessages(
  messages: RoomMessageView[],
  event: RoomEvent,
  { threadOf }: { threadOf: string | null },
): RoomMessageView[] {
  switch (event.type) {
    case 'message_posted': {
      const { message: posted, thread } = event.data;
      if (posted.threadOf === threadOf) {
        const { seq, at: createdAt } = event;
        return withMessage(messages, { ...posted, ...NOTHING_YET, seq, createdAt });
      }
      return change(messages, posted.threadOf, (message) => ({
        ...message,
        replyCount: thread?.replyCount ?? message.replyCount,
        lastReplyAt: event.at,
      }));
    }
    case 'content': {
      if (threadOf !== null) return messages;
      const { messageId: id, text, isComplete } = event.data;
      return withMessage(messages, {
        ...NOTHING_YET,
        id,
        authorId: null,
        authorName: AGENT_NAME,
        clientId: null,
        text,
        threadOf: null,
        mentions: [],
        attachments: [],
        runId: event.runId,
        isComplete,
        seq: event.seq,
        createdAt: event.at,
      });
    }
    case 'run_created':
      return change(messages, event.data.run.messageId, (message) => ({
        ...message,
        runId: event.data.run.id,
      }));
    case 'message_edited': {
      const { messageId, text, mentions, editedAt } = event.data;
      return change(messages, messageId, (message) =>
        message.deletedAt === null ? { ...message, text, mentions, editedAt } : message,
      );
    }
    case 'message_deleted':
      return change(messages, event.data.messageId, (message) => ({
        ...message,
        text: '',
        mentions: [],
        attachments: [],
        reactions: [],
        deletedAt: event.data.deletedAt,
      }));
    case 'reaction_added': {
      const { messageId, emoji, userId } = event.data;
      return change(messages, messageId, (message) => ({
        ...message,
        reactions: withReaction(message.reactions, emoji, userId),
      }));
    }
    case 'reaction_removed': {
      const { messageId, emoji, userId } = event.data;
      return change(messages, messageId, (message) => ({
        ...message,
        reactions: withoutReaction(message.reactions, emoji, userId),
      }));
    }
    case 'room_created':
    case 'room_updated':
    case 'member_joined':
    case 'member_updated':
    case 'member_left':
    case 'message_pinned':
    case 'message_unpinned':
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
      return messages;
  }
}

const NOTHING_YET = { reactions: [], replyCount: 0, lastReplyAt: null, editedAt: null, deletedAt: null };

function withMessage(messages: RoomMessageView[], message: RoomMessageView): RoomMessageView[] {
  const last = messages.at(-1);
  if (last === undefined || last.seq < message.seq) return [...messages, message];
  return messages.some(({ id }) => id === message.id)
    ? messages
    : [...messages, message].toSorted((a, b) => a.seq - b.seq);
}

function change(
  messages: RoomMessageView[],
  id: string | null,
  to: (message: RoomMessageView) => RoomMessageView,
): RoomMessageView[] {
  // From the end: what happens, happens to what was said last.
  const index = messages.findLastIndex((message) => message.id === id);
  const message = messages[index];
  return message === undefined ? messages : messages.with(index, to(message));
}

/** The order of a message's reactions: by code points, so that it does not change when the first of a kind is taken back. */
export function compareReactions(a: ReactionView, b: ReactionView): number {
  if (a.emoji === b.emoji) return 0;
  return a.emoji < b.emoji ? -1 : 1;
}

function withReaction(reactions: ReactionView[], emoji: string, userId: string): ReactionView[] {
  const known = reactions.find((reaction) => reaction.emoji === emoji);
  if (known === undefined) return [...reactions, { emoji, userIds: [userId] }].toSorted(compareReactions);
  // To the end even when it is there: a page that has this event already may have to take in one before it.
  const userIds = [...known.userIds.filter((id) => id !== userId), userId];
  return reactions.map((reaction) => (reaction === known ? { emoji, userIds } : reaction));
}

function withoutReaction(reactions: ReactionView[], emoji: string, userId: string): ReactionView[] {
  return reactions.flatMap((reaction) => {
    if (reaction.emoji !== emoji) return [reaction];
    const userIds = reaction.userIds.filter((id) => id !== userId);
    return userIds.length === 0 ? [] : [{ emoji, userIds }];
  });
}
