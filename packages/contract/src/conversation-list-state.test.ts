import { expect, it } from 'vitest';
import { type AccountFeedEvent, applyToConversationList } from './conversation-list-state.ts';
import type { ConversationView } from './conversation.ts';

const conversation = (id: string, change: Partial<ConversationView> = {}): ConversationView => ({
  id,
  title: id,
  model: 'model',
  isPinned: false,
  isArchived: false,
  activeRunId: null,
  whenBusy: 'reject',
  whenWaiting: 'reject',
  forkedFrom: null,
  createdAt: '2026-01-01T00:00:00.000Z',
  updatedAt: '2026-01-01T00:00:00.000Z',
  ...change,
});
const changed = (view: ConversationView): AccountFeedEvent => ({
  type: 'conversation_changed',
  seq: 1,
  at: '2026-01-01T00:00:00.000Z',
  runId: null,
  data: { conversation: view },
});
const ids = (list: readonly ConversationView[]): string[] => list.map(({ id }) => id);
const apply = (list: ConversationView[], view: ConversationView, isArchived = false): string[] =>
  ids(applyToConversationList(list, changed(view), { isArchived }));

it('keeps the order of conversation.list: pinned first, then what changed last', () => {
  const list = [conversation('b'), conversation('a')];
  expect(apply(list, conversation('a', { updatedAt: '2026-01-02T00:00:00.000Z' }))).toEqual(['a', 'b']);
  expect(apply(list, conversation('c', { isPinned: true, updatedAt: '2025-01-01T00:00:00.000Z' }))).toEqual([
    'c',
    'b',
    'a',
  ]);
});

it('moves a conversation to the other list when it is archived', () => {
  const archived = conversation('a', { isArchived: true });
  expect(apply([conversation('b'), conversation('a')], archived)).toEqual(['b']);
  expect(apply([], archived, true)).toEqual(['a']);
});

it('forgets what was deleted', () => {
  const event: AccountFeedEvent = {
    type: 'conversation_removed',
    seq: 1,
    at: '',
    runId: null,
    data: { conversationId: 'a' },
  };
  expect(
    ids(applyToConversationList([conversation('b'), conversation('a')], event, { isArchived: false })),
  ).toEqual(['b']);
});
