import { applyToRoomMessages, type RoomEvent, type RoomMessageView } from '@aura/contract';
import { expect, test } from 'vitest';
import { createMessageChanges } from './message-changes.ts';

const AT = '2026-01-01T00:00:00.000Z';
const message = (id: string): RoomMessageView => ({
  id,
  authorId: null,
  authorName: '',
  clientId: null,
  text: `said ${id}`,
  threadOf: null,
  mentions: [],
  attachments: [],
  reactions: [],
  replyCount: 0,
  lastReplyAt: null,
  runId: null,
  isComplete: true,
  seq: 1,
  createdAt: AT,
  editedAt: null,
  deletedAt: null,
});
let seq = 1;
const edited = (messageId: string, text: string): RoomEvent => ({
  type: 'message_edited',
  seq: ++seq,
  at: AT,
  runId: null,
  data: { messageId, text, mentions: [], editedAt: AT },
});
const reacted = (
  type: 'reaction_added' | 'reaction_removed',
  messageId: string,
  [emoji, userId]: readonly [string, string],
): RoomEvent => ({ type, seq: ++seq, at: AT, runId: null, data: { messageId, emoji, userId } });
const deleted = (messageId: string): RoomEvent => ({
  type: 'message_deleted',
  seq: ++seq,
  at: AT,
  runId: null,
  data: { messageId, by: 'anna', deletedAt: AT },
});
const EVENTS = [
  reacted('reaction_added', 'a', ['🎉', 'anna']),
  edited('a', 'first'),
  reacted('reaction_added', 'b', ['🎉', 'ben']),
  reacted('reaction_added', 'a', ['🎉', 'ben']),
  reacted('reaction_removed', 'a', ['🎉', 'anna']),
  edited('b', 'words to forget'),
  edited('a', 'second'),
  reacted('reaction_added', 'a', ['🎉', 'anna']),
  deleted('b'),
  reacted('reaction_added', 'a', ['👍', 'anna']),
];
const after = (events: readonly RoomEvent[]): RoomMessageView[] =>
  events.reduce(
    (list, one) => applyToRoomMessages(list, one, { threadOf: null }),
    [message('a'), message('b')],
  );

test('a list of any moment since the snapshot, with what happened since that, is the list as it is now', () => {
  const changes = createMessageChanges();
  for (const one of EVENTS) changes.onEvent(one);
  for (let count = 0; count <= EVENTS.length; count++) {
    expect(changes.apply(after(EVENTS.slice(0, count)))).toEqual(after(EVENTS));
  }
});

test('what nothing happened to keeps its identity, and a new snapshot forgets what happened before it', () => {
  const changes = createMessageChanges();
  for (const one of EVENTS) changes.onEvent(one);
  const others = [message('c')];
  expect(changes.apply(others)).toBe(others);
  changes.clear();
  const list = after([]);
  expect(changes.apply(list)).toBe(list);
});

test('of reactions that come and go all day as little is kept as shows how they stand', () => {
  const people = ['anna', 'ben'];
  const emojis = ['🎉', '👍'];
  const given = new Set<string>();
  const toggles = Array.from({ length: 60 }, (_, index) => {
    // In a changing order, over all of them.
    const [emoji, userId] = [emojis[((index * 7) % 3) % 2] ?? '', people[((index * 5) % 7) % 2] ?? ''];
    const key = `${emoji} ${userId}`;
    const isGiven = given.delete(key);
    if (!isGiven) given.add(key);
    return reacted(isGiven ? 'reaction_removed' : 'reaction_added', 'a', [emoji, userId]);
  });
  const changes = createMessageChanges();
  for (const one of toggles) changes.onEvent(one);
  for (let count = 0; count <= toggles.length; count++) {
    expect(changes.apply(after(toggles.slice(0, count)))).toEqual(after(toggles));
  }
  const many = Array.from({ length: 20_000 }, (_, index) =>
    reacted(index % 2 === 0 ? 'reaction_added' : 'reaction_removed', 'b', ['🎉', 'anna']),
  );
  for (const one of many) changes.onEvent(one);
  expect(changes.size).toBeLessThanOrEqual(2 * people.length * emojis.length + 2);
});
