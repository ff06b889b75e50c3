import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { RoomEvent } from './room-events.ts';
import type { RoomMessageView } from './room-message.ts';
import { applyToRoomMessages } from './room-messages-state.ts';

const at = '2026-03-01T10:00:00.000Z';
const LIST = { threadOf: null };
const apply = (messages: RoomMessageView[], events: readonly RoomEvent[]): RoomMessageView[] =>
  events.reduce((list, event) => applyToRoomMessages(list, event, LIST), messages);

const changeArbitrary = fc.record({
  kind: fc.constantFrom(
    'post',
    'reply',
    'answer',
    'answerInThread',
    'edit',
    'delete',
    ...Array.from({ length: 8 }, () => 'react' as const),
  ),
  message: fc.nat(1),
  user: fc.constantFrom('ada', 'bob'),
  emoji: fc.constantFrom('👍', '🎉'),
});
type Change = typeof changeArbitrary extends fc.Arbitrary<infer T> ? T : never;

/** The event that the server would tell of it; null: nothing would change. Reactions are given and taken back in turn. */
function eventOf(before: readonly RoomMessageView[], change: Change, seq: number): RoomEvent | null {
  const { kind, message: index, user: userId, emoji } = change;
  const base = { seq, at, runId: null };
  const target = before[index];
  if (kind === 'post' || target === undefined) {
    return { ...base, type: 'message_posted', data: { message: posted(`m${seq}`, null), thread: null } };
  }
  if (kind === 'answer') return answer(seq);
  if (target.deletedAt !== null) return null;
  const { id: messageId } = target;
  switch (kind) {
    case 'reply': {
      const thread = { replyCount: target.replyCount + 1 };
      return { ...base, type: 'message_posted', data: { message: posted(`m${seq}`, messageId), thread } };
    }
    case 'answerInThread':
      return answer(seq, { threadOf: messageId, replyCount: target.replyCount + 1 });
    case 'edit':
      return {
        ...base,
        type: 'message_edited',
        data: { messageId, text: `${seq}`, mentions: [], editedAt: at },
      };
    case 'delete':
      return { ...base, type: 'message_deleted', data: { messageId, by: userId, deletedAt: at } };
    case 'react': {
      const isThere = target.reactions.some((one) => one.emoji === emoji && one.userIds.includes(userId));
      const type = isThere ? 'reaction_removed' : 'reaction_added';
      return { ...base, type, data: { messageId, emoji, userId } };
    }
  }
}

function answer(seq: number, thread?: { threadOf: string; replyCount: number }): RoomEvent {
  const said = { messageId: `m${seq}`, attempt: 1, text: 'said', usage: null, isComplete: true };
  return {
    type: 'content',
    seq,
    at,
    runId: 'run',
    data: { ...said, ...(thread !== undefined && { thread }) },
  };
}

function posted(id: string, threadOf: string | null) {
  const author = { authorId: 'ada', authorName: 'Ada', clientId: id };
  return { id, ...author, text: id, threadOf, mentions: [], attachments: [], runId: null, isComplete: true };
}

it('a page that was read at some moment takes in what happened before it once more, and ends up the same', () => {
  fc.assert(
    fc.property(fc.array(changeArbitrary, { maxLength: 25 }), (changes) => {
      const events: RoomEvent[] = [];
      const pages: RoomMessageView[][] = [[]];
      for (const change of changes) {
        const page = pages.at(-1) ?? [];
        const event = eventOf(page, change, events.length + 1);
        if (event === null) continue;
        events.push(event);
        pages.push(apply(page, [event]));
      }
      const last = pages.at(-1);
      for (const [read, page] of pages.entries()) {
        for (let from = 0; from <= read; from++) expect(apply(page, events.slice(from))).toEqual(last);
      }
    }),
    { numRuns: 1_500 },
  );
});
