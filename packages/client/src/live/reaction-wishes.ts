import { applyToRoomMessages, type RoomEvent, type RoomMessageView } from '@aura/contract';
import { inOrder } from './in-order.ts';

/** How a member's own reaction to a message is to be: there, or not. */
export interface ReactionWish {
  messageId: string;
  emoji: string;
  isThere: boolean;
}

interface Item extends ReactionWish {
  /** Calls that have not been answered. None: the server has it, though its event may still be on the way. */
  callCount: number;
}

export interface ReactionWishes {
  /** Shows at once. Resolves when the server has it; rejects when it was refused, and has been taken back here. */
  wish: (wish: ReactionWish) => Promise<void>;
  /** The messages as they are wished. Forgets what has come true; without wishes it answers the very same list. */
  apply: <M extends readonly RoomMessageView[]>(messages: M) => M | RoomMessageView[];
  /** What happened has the last word over what was answered. */
  onEvent: (event: RoomEvent) => void;
  /** Keeps its identity as long as `apply` does the same. */
  get: () => readonly ReactionWish[];
  /** A snapshot holds what was answered. */
  forgetAnswered: () => void;
  clear: () => void;
}

interface ReactionWishesOptions {
  /** Whose they are; null when nobody is signed in. */
  userId: () => string | null;
  /** Doing it twice is doing it once. */
  send: (wish: ReactionWish) => Promise<unknown>;
  /** Called whenever `apply` may answer something else. */
  onChange: () => void;
}

/**
 * Reactions on their way. One of a kind to a message is wished at a time: who changes their mind changes the wish, and the
 * calls go out in the order of the clicks, so that the last one counts.
 */
export function createReactionWishes(options: ReactionWishesOptions): ReactionWishes {
  const { userId, onChange } = options;
  const send = inOrder(options.send);
  let items: readonly Item[] = [];

  const put = (next: readonly Item[]) => {
    if (next.length !== items.length) items = next;
  };
  const isOwn = (message: RoomMessageView, emoji: string): boolean =>
    message.reactions.some(
      (reaction) => reaction.emoji === emoji && reaction.userIds.includes(userId() ?? ''),
    );
  const begin = ({ messageId, emoji, isThere }: ReactionWish): Item => {
    const known = items.find((item) => item.messageId === messageId && item.emoji === emoji);
    const item = known ?? { messageId, emoji, isThere, callCount: 0 };
    item.isThere = isThere;
    item.callCount += 1;
    items = [...items.filter((other) => other !== item), item];
    return item;
  };
  return {
    async wish(wish) {
      const item = begin(wish);
      onChange();
      try {
        await send(wish);
        item.callCount -= 1;
      } catch (err) {
        item.callCount -= 1;
        if (item.callCount === 0) put(items.filter((other) => other !== item));
        throw err;
      } finally {
        onChange();
      }
    },
    apply(messages) {
      const byId = new Map(messages.map((message) => [message.id, message]));
      put(
        items.filter(({ messageId, emoji, isThere, callCount }) => {
          const message = byId.get(messageId);
          return callCount > 0 || message === undefined || isOwn(message, emoji) !== isThere;
        }),
      );
      return items.reduce<typeof messages | RoomMessageView[]>((shown, { messageId, emoji, isThere }) => {
        const message = byId.get(messageId);
        const id = userId();
        if (message === undefined || id === null || isOwn(message, emoji) === isThere) return shown;
        return applyToRoomMessages([...shown], asEvent({ messageId, emoji, isThere }, id), {
          threadOf: null,
        });
      }, messages);
    },
    onEvent({ type, data }) {
      if (type !== 'reaction_added' && type !== 'reaction_removed') return;
      if (data.userId !== userId()) return;
      put(
        items.filter(
          ({ messageId, emoji, callCount }) =>
            callCount > 0 || messageId !== data.messageId || emoji !== data.emoji,
        ),
      );
    },
    get: () => items,
    forgetAnswered: () => put(items.filter(({ callCount }) => callCount > 0)),
    clear() {
      items = [];
    },
  };
}

/** What its event will do, so that nothing moves when it comes. Its place in the log is not known, and not looked at. */
function asEvent({ isThere, ...reaction }: ReactionWish, userId: string): RoomEvent {
  const type = isThere ? 'reaction_added' : 'reaction_removed';
  return { type, seq: 0, at: '', runId: null, data: { ...reaction, userId } };
}
