import type { ConversationState, MessageView } from '@aura/contract';
import { expect, test } from 'vitest';
import { NO_OLDER, olderAfterReset, prependPage, withOlder } from './older-messages.ts';

const messages = (...seqs: number[]): MessageView[] =>
  seqs.map((seq) => ({
    id: `${seq}`,
    role: 'user',
    clientId: null,
    text: '',
    runId: null,
    seq,
    isComplete: true,
    usage: null,
    createdAt: '',
  }));
const state = (...seqs: number[]): ConversationState => ({
  conversation: {
    id: '',
    title: '',
    model: '',
    isPinned: false,
    isArchived: false,
    activeRunId: null,
    whenBusy: 'reject',
    whenWaiting: 'reject',
    forkedFrom: null,
    createdAt: '',
    updatedAt: '',
  },
  messages: messages(...seqs),
  runs: {},
  hasOlderMessages: true,
  isDeleted: false,
});
const seqs = (of: { messages: readonly MessageView[] }) => of.messages.map(({ seq }) => seq);

test('pages go in front of the snapshot; without any it is the snapshot itself', () => {
  const current = state(5, 6);
  expect(withOlder(current, NO_OLDER)).toBe(current);
  let older = prependPage(NO_OLDER, { messages: messages(3, 4), hasMore: true });
  older = prependPage(older, { messages: messages(1, 2), hasMore: false });
  expect(seqs(withOlder(current, older))).toEqual([1, 2, 3, 4, 5, 6]);
  expect(withOlder(current, older).hasOlderMessages).toBe(false);
});

test('after a reset what joins on stays, and what would hide a gap goes', () => {
  const older = { messages: messages(1, 2), hasMore: false };
  expect(seqs(olderAfterReset(older, state(3, 4, 5), state(4, 5, 6)))).toEqual([1, 2, 3]);
  expect(olderAfterReset(older, state(3, 4), state(8, 9))).toEqual(NO_OLDER);
});
