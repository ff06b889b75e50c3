import { applyToRoomMessages, type RoomEvent, type RoomMessageView } from '@aura/contract';

export interface MessageChanges {
  onEvent: (event: RoomEvent) => void;
  /** The messages as they are now; the very same list when nothing has happened to them. */
  apply: (messages: readonly RoomMessageView[]) => readonly RoomMessageView[];
  /** How many changes are kept. */
  readonly size: number;
  /** A snapshot was read: lists have to be read anew as well. */
  clear: () => void;
}

type Change = Extract<
  RoomEvent,
  { type: 'message_edited' | 'message_deleted' | 'reaction_added' | 'reaction_removed' }
>;

/**
 * What has happened to messages since the room's snapshot, for lists of some of them that are read in other ways: pins,
 * what a search found. Such a list is of a moment after the snapshot, so it may take all of it: doing that twice changes
 * nothing, and what came last counts.
 */
export function createMessageChanges(): MessageChanges {
  const byMessage = new Map<string, Change[]>();
  return {
    onEvent(event) {
      if (!isChange(event)) return;
      const { messageId } = event.data;
      byMessage.set(messageId, [...stillCounting(byMessage.get(messageId) ?? [], event), event]);
    },
    apply(messages) {
      return messages.reduce((list, { id }) => (byMessage.get(id) ?? []).reduce(withChange, list), messages);
    },
    get size() {
      return [...byMessage.values()].reduce((sum, { length }) => sum + length, 0);
    },
    clear: () => byMessage.clear(),
  };
}

/**
 * Which of the changes so far count beside one more. Words that are no more are not kept: of edits that counted only that
 * there was one is left. Of a reaction that comes and goes the last two are, so that it stands where it came back.
 */
function stillCounting(changes: readonly Change[], next: Change): readonly Change[] {
  switch (next.type) {
    case 'message_edited':
      return changes.filter(({ type }) => type !== 'message_edited');
    case 'message_deleted':
      return changes.flatMap((change) =>
        change.type === 'message_edited'
          ? [{ ...change, data: { ...change.data, text: '', mentions: [] } }]
          : [],
      );
    case 'reaction_added':
    case 'reaction_removed': {
      const last = changes.findLast((change) => isSameReaction(change, next));
      return changes.filter((change) => change === last || !isSameReaction(change, next));
    }
  }
}

type ReactionChange = Extract<Change, { type: 'reaction_added' | 'reaction_removed' }>;

function isSameReaction(change: Change, { data: { emoji, userId } }: ReactionChange): boolean {
  const isReaction = change.type === 'reaction_added' || change.type === 'reaction_removed';
  return isReaction && change.data.emoji === emoji && change.data.userId === userId;
}

function withChange(messages: readonly RoomMessageView[], change: Change): readonly RoomMessageView[] {
  return applyToRoomMessages([...messages], change, { threadOf: null });
}

function isChange(event: RoomEvent): event is Change {
  const { type } = event;
  return (
    type === 'message_edited' ||
    type === 'message_deleted' ||
    type === 'reaction_added' ||
    type === 'reaction_removed'
  );
}
