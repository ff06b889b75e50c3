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
    case 'message_posted':
      return withPosted(messages, event, threadOf);
    case 'content':
      return withAnswer(messages, event, threadOf);
    case 'run_created':
      return change(messages, event.data.run.messageId, () => ({ runId: event.data.run.id }));
    case 'message_edited':
      return change(messages, event.data.messageId, (message) => edited(message, event.data));
    case 'message_deleted':
      return change(messages, event.data.messageId, () => ({
        ...NOTHING_LEFT,
        deletedAt: event.data.deletedAt,
      }));
    case 'reaction_added':
      return change(messages, event.data.messageId, ({ reactions }) => withReaction(reactions, event.data));
    case 'reaction_removed':
      return change(messages, event.data.messageId, ({ reactions }) =>
        withoutReaction(reactions, event.data),
      );
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

type EventOf<Type extends RoomEvent['type']> = Extract<RoomEvent, { type: Type }>;

const NOTHING_YET = { reactions: [], replyCount: 0, lastReplyAt: null, editedAt: null, deletedAt: null };
/** Of a message that was deleted. */
const NOTHING_LEFT = { text: '', mentions: [], attachments: [], reactions: [] };

function withPosted(
  messages: RoomMessageView[],
  { seq, at, data: { message: posted, thread } }: EventOf<'message_posted'>,
  threadOf: string | null,
): RoomMessageView[] {
  const message = { ...posted, ...NOTHING_YET, seq, createdAt: at };
  return withSaid(messages, message, { threadOf, replyCount: thread?.replyCount });
}

function withAnswer(
  messages: RoomMessageView[],
  event: EventOf<'content'>,
  threadOf: string | null,
): RoomMessageView[] {
  return withSaid(messages, answerOf(event), { threadOf, replyCount: event.data.thread?.replyCount });
}

/** A message of this list, or a reply to one of its messages. */
function withSaid(
  messages: RoomMessageView[],
  said: RoomMessageView,
  { threadOf, replyCount }: { threadOf: string | null; replyCount: number | undefined },
): RoomMessageView[] {
  if (said.threadOf === threadOf) return withMessage(messages, said);
  return change(messages, said.threadOf, (root) => ({
    replyCount: replyCount ?? root.replyCount,
    lastReplyAt: said.createdAt,
  }));
}

/** What the agent says, as a message. */
function answerOf({ seq, at, runId, data }: EventOf<'content'>): RoomMessageView {
  const { messageId: id, text, isComplete, thread } = data;
  return {
    ...NOTHING_YET,
    id,
    authorId: null,
    authorName: AGENT_NAME,
    clientId: null,
    text,
    threadOf: thread?.threadOf ?? null,
    mentions: [],
    attachments: [],
    runId,
    isComplete,
    seq,
    createdAt: at,
  };
}

/** Null, for no change, when the message was deleted. */
function edited(
  { deletedAt }: RoomMessageView,
  { text, mentions, editedAt }: EventOf<'message_edited'>['data'],
): Partial<RoomMessageView> | null {
  return deletedAt === null ? { text, mentions, editedAt } : null;
}

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
  to: (message: RoomMessageView) => Partial<RoomMessageView> | null,
): RoomMessageView[] {
  // From the end: what happens, happens to what was said last.
  const index = messages.findLastIndex((message) => message.id === id);
  const message = messages[index];
  if (message === undefined) return messages;
  const changed = to(message);
  return changed === null ? messages : messages.with(index, { ...message, ...changed });
}

/** The order of a message's reactions: by code points, so that it does not change when the first of a kind is taken back. */
export function compareReactions(a: ReactionView, b: ReactionView): number {
  if (a.emoji === b.emoji) return 0;
  return a.emoji < b.emoji ? -1 : 1;
}

type Reaction = EventOf<'reaction_added' | 'reaction_removed'>['data'];

function withReaction(
  reactions: ReactionView[],
  { emoji, userId }: Reaction,
): Pick<RoomMessageView, 'reactions'> {
  const known = reactions.find((reaction) => reaction.emoji === emoji);
  if (known === undefined) {
    return { reactions: [...reactions, { emoji, userIds: [userId] }].toSorted(compareReactions) };
  }
  // To the end even when it is there: a page that has this event already may have to take in one before it.
  const userIds = [...known.userIds.filter((id) => id !== userId), userId];
  return { reactions: reactions.map((reaction) => (reaction === known ? { emoji, userIds } : reaction)) };
}

function withoutReaction(
  reactions: ReactionView[],
  { emoji, userId }: Reaction,
): Pick<RoomMessageView, 'reactions'> {
  const left = reactions.flatMap((reaction) => {
    if (reaction.emoji !== emoji) return [reaction];
    const userIds = reaction.userIds.filter((id) => id !== userId);
    return userIds.length === 0 ? [] : [{ emoji, userIds }];
  });
  return { reactions: left };
}
